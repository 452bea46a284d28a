/* global Sluice */
const list = document.querySelector('#ideas')
const search = document.querySelector('#search')
const message = document.querySelector('#message')

const session = await fetch('session').then((response) => response.json())
const { callConnector } = Sluice.createConnectorClient({
  baseUrl: session.sluice_url,
  session: () => session.token,
})

async function show() {
  const q = new FormData(search).get('q')
  const ideas = await callConnector('ideas', { query: { q } })
  list.replaceChildren(...ideas.map(itemOf))
}

function itemOf({ id, title, endorsed_by }) {
  const item = document.createElement('li')
  const button = document.createElement('button')
  button.textContent = 'Endorse'
  button.addEventListener('click', () => told(() => endorse(id)))
  item.append(`${title} (${endorsed_by.length}) `, button)
  return item
}

async function endorse(id) {
  await callConnector('endorse-idea', { path: { idea_id: id }, payload: { comment: 'Yes!' } })
  await show()
}

/** Runs something and tells what went wrong, with the code that says who refused and why. */
async function told(run) {
  try {
    await run()
    message.textContent = ''
  } catch (error) {
    message.textContent = Sluice.isConnectorError(error) ? `${error.code}: ${error.message}` : String(error)
  }
}

search.addEventListener('submit', (event) => {
  event.preventDefault()
  void told(show)
})
await told(show)
