import { library } from '../../tooling/tsup-preset.ts'

export default library({ 'render-worker': 'src/adapters/render/render-worker.ts' })
