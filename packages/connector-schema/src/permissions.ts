/** Permission facts: their codes and their words (spec: "Permission changes"). */
export {
  type GrantCode,
  grantKinds,
  type OpaqueCode,
  type OpaqueKind,
  opaqueKinds,
  type PermissionCode,
  type PermissionDirection,
  type PermissionFact,
  unexplained,
} from './permissions/codes.ts'
export { codeSpan, keyOf, toMarkdown, toText, visible, type Words, words } from './permissions/words.ts'
