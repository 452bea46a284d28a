// Plain JavaScript, so that an older Node gets as far as saying what is wrong with it.

console.log(`Node ${process.version}`)

if (!process.version.startsWith('v24.')) {
  console.error(
    'Sluice needs Node 24. Go through pnpm, which installs that Node: npx -y pnpm@12 start (or test)',
  )
  if (process.env.npm_lifecycle_event === 'test') console.log('0 passed, 1 failed, 0 skipped')
  process.exit(1)
}
