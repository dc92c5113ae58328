// What one source file says about itself, read from its syntax tree: whom it imports and how, and the few expressions
// that the stairs test has rules about. Only facts; stairs.ts judges them.
import { parseSync } from 'vite';

/** How one file refers to another: at load time, for its types only, or while it runs (`import()`, a worker's URL). */
export type ImportKind = 'value' | 'type' | 'deferred';

export interface ImportFact {
  readonly specifier: string;
  readonly kind: ImportKind;
  /** The imported names; `*` for a namespace, `default` for a default import. */
  readonly names: readonly string[];
}

export interface SourceFacts {
  readonly imports: readonly ImportFact[];
  /** Dotted names of what is constructed or called, such as `new WebSocket`, `vi.mock()`, and of `crypto.subtle`. */
  readonly expressions: ReadonlySet<string>;
  readonly hasAny: boolean;
  /** Comments that switch a checker off. */
  readonly silencers: readonly string[];
  /** Nothing in it but `export … from`. */
  readonly isBarrel: boolean;
  readonly lineCount: number;
  readonly errors: readonly string[];
}

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function visit(value: unknown, see: (node: SyntaxNode) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
  } else if (isNode(value)) {
    see(value);
    for (const key of Object.keys(value)) visit(value[key], see);
  }
}

function textOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Literal' && typeof value['value'] === 'string') return value['value'];
  if (value.type !== 'TemplateLiteral' || !Array.isArray(value['quasis'])) return undefined;
  const quasis: unknown[] = value['quasis'];
  const only = quasis.length === 1 ? quasis[0] : undefined;
  const text = isNode(only) ? only['value'] : undefined;
  if (typeof text !== 'object' || text === null || !('cooked' in text)) return undefined;
  return typeof text.cooked === 'string' ? text.cooked : undefined;
}

/** `a.b.c` of a plain member chain, with `?` where something computed stands. */
function dotted(value: unknown): string {
  if (!isNode(value)) return '?';
  if (value.type === 'Identifier') return String(value['name']);
  if (value.type === 'ChainExpression' || value.type === 'TSNonNullExpression')
    return dotted(value['expression']);
  if (value.type === 'MemberExpression') return `${dotted(value['object'])}.${dotted(value['property'])}`;
  return '?';
}

/** `new URL('./x.ts', import.meta.url)`: how a page names a worker's file. */
function urlOf(node: SyntaxNode): string | undefined {
  if (node.type !== 'NewExpression' || dotted(node['callee']) !== 'URL' || !Array.isArray(node['arguments']))
    return;
  const [path, base]: unknown[] = node['arguments'];
  const isHere = isNode(base) && base.type === 'MemberExpression' && isNode(base['object']);
  return isHere && isNode(base['object']) && base['object'].type === 'MetaProperty'
    ? textOf(path)
    : undefined;
}

function specifierName(specifier: SyntaxNode): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  const name = specifier['imported'] ?? specifier['local'];
  return textOf(name) ?? dotted(name);
}

/** An `import { type A }` without `type` before the brace still loads the file, so it counts as a value. */
function declaredImport(node: SyntaxNode): ImportFact | undefined {
  const isDeclaration =
    node.type === 'ImportDeclaration' ||
    node.type === 'ExportNamedDeclaration' ||
    node.type === 'ExportAllDeclaration';
  const specifier = isDeclaration ? textOf(node['source']) : undefined;
  if (specifier === undefined) return undefined;
  const isType = node['importKind'] === 'type' || node['exportKind'] === 'type';
  const specifiers: unknown[] = Array.isArray(node['specifiers']) ? node['specifiers'] : [];
  const names = node.type === 'ExportAllDeclaration' ? ['*'] : specifiers.filter(isNode).map(specifierName);
  return { specifier, kind: isType ? 'type' : 'value', names };
}

export function readSourceFacts(path: string, text: string): SourceFacts {
  const { program, comments, errors } = parseSync(path, text);
  const imports: ImportFact[] = [];
  const expressions = new Set<string>();
  let hasAny = false;

  visit(program, (node) => {
    const declared = declaredImport(node);
    if (declared) imports.push(declared);
    if (node.type === 'ImportExpression' || node.type === 'TSImportType') {
      const kind = node.type === 'TSImportType' ? 'type' : 'deferred';
      imports.push({ specifier: textOf(node['source']) ?? '?', kind, names: ['*'] });
    }
    const url = urlOf(node);
    if (url !== undefined && /\.tsx?$/.test(url))
      imports.push({ specifier: url, kind: 'deferred', names: [] });
    if (node.type === 'NewExpression') expressions.add(`new ${dotted(node['callee'])}`);
    if (node.type === 'CallExpression') expressions.add(`${dotted(node['callee'])}()`);
    if (node.type === 'MemberExpression') expressions.add(dotted(node));
    if (node.type === 'TSAnyKeyword') hasAny = true;
  });

  const silencers = comments
    .map((comment) => comment.value.trim())
    .filter((comment) => /^(?:\*\s*)?@ts-(?!check)|(?:eslint|oxlint|biome)-(?:disable|ignore)/.test(comment));
  const isReExport = (node: SyntaxNode) =>
    node.type.startsWith('Export') && textOf(node['source']) !== undefined;
  const body: unknown[] = [...program.body];
  return {
    imports,
    expressions,
    hasAny,
    silencers,
    isBarrel: body.length > 0 && body.every((node) => isNode(node) && isReExport(node)),
    lineCount: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    errors: errors.map((error) => error.message),
  };
}
