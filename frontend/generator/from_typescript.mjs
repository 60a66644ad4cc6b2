// SPDX-License-Identifier: MIT
// Components in TypeScript: the compiler's own checker resolves the type of their props, so that
// aliases, intersections and imported types need no special care.
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {importPackage, packageFolder} from '../packages.mjs';
import {componentName} from './sources.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const kReactNodes = /^(ReactNode|ReactElement|ReactPortal|Element|DashComponent)$/;
const kDeepest = 8;

function compilerOptions(ts, packages, sources) {
  const rendererTypes = path.join(here, 'dash_renderer_types.d.ts');
  return {
    jsx: ts.JsxEmit.Preserve,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    esModuleInterop: true,
    types: [],
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    paths: {
      '@dash-renderer/types': [rendererTypes],
      '@dash-renderer/types/*': [rendererTypes],
      'src/*': [`${path.resolve(sources)}/src/*`],
      react: [path.resolve(packageFolder(packages, '@types/react'))],
    },
  };
}

/// Turns the checker's types into the tree described in types.mjs.
class TypeReader {
  constructor(ts, program) {
    this.ts = ts;
    this.program = program;
    this.checker = program.getTypeChecker();
  }

  describe(symbol) {
    return this.ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).trim();
  }

  isNamed(type, pattern) {
    return [type.aliasSymbol, type.symbol].some((symbol) => symbol && pattern.test(symbol.name));
  }

  property(symbol, outer = []) {
    return {
      type: this.read(this.checker.getTypeOfSymbol(symbol), outer),
      required: !(symbol.flags & this.ts.SymbolFlags.Optional),
      description: this.describe(symbol),
    };
  }

  read(type, outer = []) {
    const flags = this.ts.TypeFlags;
    if (this.isNamed(type, kReactNodes)) return {name: 'node'};
    if (this.isNamed(type, /^CSSProperties$/)) return {name: 'object'};
    if (type.flags & (flags.Any | flags.Unknown)) return {name: 'any'};
    if (type.flags & flags.NonPrimitive) return {name: 'object'};
    if (type.isUnion()) return this.union(type, outer);
    if (type.isStringLiteral() || type.isNumberLiteral()) {
      return {name: 'enum', values: [type.value]};
    }
    if (type.flags & (flags.StringLike | flags.TemplateLiteral)) return {name: 'string'};
    if (type.flags & flags.NumberLike) return {name: 'number'};
    if (type.flags & flags.BooleanLike) return {name: 'bool'};
    return this.object(type, outer);
  }

  object(type, outer) {
    if (type.getCallSignatures().length) return {name: 'func'};
    if (outer.includes(type) || outer.length > kDeepest) return {name: 'object'};
    const inner = [...outer, type];
    if (this.checker.isTupleType(type)) {
      const members = this.checker.getTypeArguments(type).map((item) => this.read(item, inner));
      return {name: 'list', item: unionOf(members)};
    }
    if (this.checker.isArrayType(type)) {
      return {name: 'list', item: this.read(this.checker.getTypeArguments(type)[0], inner)};
    }
    const symbols = this.checker.getPropertiesOfType(type);
    const [index] = this.checker.getIndexInfosOfType(type);
    if (index && !symbols.length) return {name: 'map', item: this.read(index.type, inner)};
    if (this.isOfLanguage(type)) return {name: 'object'};
    const fields = symbols.map((symbol) => [symbol.name, this.property(symbol, inner)]);
    return {name: 'shape', fields: Object.fromEntries(fields)};
  }

  /// True for Date and other types of the standard library, whose members nobody wants to read.
  isOfLanguage(type) {
    return !!type.symbol?.declarations?.some((declaration) =>
      this.program.isSourceFileDefaultLibrary(declaration.getSourceFile()),
    );
  }

  union(type, outer) {
    const flags = this.ts.TypeFlags;
    const parts = type.types.filter((part) => !(part.flags & (flags.Undefined | flags.Void)));
    // `label?: ReactNode` has lost its alias, but still lists React's element type.
    if (parts.some((part) => this.isNamed(part, /^(ReactElement|ReactPortal)$/))) {
      return {name: 'node'};
    }
    const nullable = parts.some((part) => part.flags & flags.Null);
    const members = parts
      .filter((part) => !(part.flags & flags.Null))
      .map((part) => this.read(part, outer));
    return {...unionOf(members), ...(nullable && {nullable})};
  }
}

/// A union without duplicates and with its literals gathered, in an order that does not depend on
/// the checker's internal numbering.
function unionOf(members) {
  const flat = members.flatMap((type) => (type.name === 'union' ? type.members : [type]));
  const values = flat.filter((type) => type.name === 'enum').flatMap((type) => type.values);
  const others = flat.filter((type) => type.name !== 'enum');
  if (values.length) others.push({name: 'enum', values: [...new Set(values)]});
  const distinct = new Map(others.map((type) => [JSON.stringify(type), type]));
  const sorted = [...distinct.keys()].sort().map((key) => distinct.get(key));
  return sorted.length === 1 ? sorted[0] : {name: 'union', members: sorted};
}

/// Evaluates what stands behind `=` in a destructured parameter or in defaultProps.
class DefaultReader {
  constructor(ts, checker) {
    this.ts = ts;
    this.checker = checker;
  }

  text(expression) {
    if (expression.getText() === 'undefined') return undefined;
    const value = this.value(expression);
    return value === undefined ? expression.getText() : JSON.stringify(value);
  }

  /// undefined if the expression is not constant.
  value(expression) {
    const {ts} = this;
    const kind = ts.SyntaxKind;
    if (ts.isStringLiteralLike(expression)) return expression.text;
    if (ts.isNumericLiteral(expression)) return Number(expression.text);
    if (expression.kind === kind.TrueKeyword) return true;
    if (expression.kind === kind.FalseKeyword) return false;
    if (expression.kind === kind.NullKeyword) return null;
    if (ts.isAsExpression(expression) || ts.isParenthesizedExpression(expression)) {
      return this.value(expression.expression);
    }
    if (ts.isArrayLiteralExpression(expression)) {
      const items = expression.elements.map((item) => this.value(item));
      return items.includes(undefined) ? undefined : items;
    }
    if (ts.isObjectLiteralExpression(expression)) return this.objectValue(expression);
    if (ts.isPropertyAccessExpression(expression)) {
      const type = this.checker.getTypeAtLocation(expression);
      return type.isLiteral() ? type.value : undefined;
    }
    return ts.isIdentifier(expression) ? this.constant(expression) : undefined;
  }

  objectValue(expression) {
    const members = expression.properties.map((member) => [
      member.name?.text,
      member.initializer && this.value(member.initializer),
    ]);
    return members.flat().includes(undefined) ? undefined : Object.fromEntries(members);
  }

  constant(identifier) {
    let symbol = this.checker.getSymbolAtLocation(identifier);
    if (symbol && symbol.flags & this.ts.SymbolFlags.Alias) {
      symbol = this.checker.getAliasedSymbol(symbol);
    }
    const initializer = symbol?.valueDeclaration?.initializer;
    return initializer ? this.value(initializer) : undefined;
  }
}

function defaultExpressions(ts, sourceFile, component) {
  const found = [];
  let callee = component.valueDeclaration?.initializer ?? component.valueDeclaration;
  while (callee && ts.isCallExpression(callee)) callee = callee.arguments[0]; // memo(...)
  const pattern = callee?.parameters?.[0]?.name;
  if (pattern && ts.isObjectBindingPattern(pattern)) {
    for (const element of pattern.elements) {
      if (!element.initializer) continue;
      found.push([(element.propertyName ?? element.name).getText(), element.initializer]);
    }
  }
  const visit = (node) => {
    const target = ts.isBinaryExpression(node) ? node.left : node.name;
    const value = ts.isBinaryExpression(node) ? node.right : node.initializer;
    if (target && value && ts.isObjectLiteralExpression(value)) {
      if (/(^|\.)defaultProps$/.test(target.getText())) {
        for (const entry of value.properties) {
          if (entry.initializer) found.push([entry.name.getText(), entry.initializer]);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return found;
}

function readComponent(ts, reader, file) {
  const {checker, program} = reader;
  const sourceFile = program.getSourceFile(file);
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(sourceFile));
  let symbol = exported.find((candidate) => candidate.name === 'default');
  if (!symbol) throw new Error(`${file}: no default export`);
  if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const type = checker.getTypeOfSymbol(symbol);
  const [call] = type.getCallSignatures();
  const [construct] = type.getConstructSignatures();
  const props = call
    ? call.parameters[0]
    : construct?.getReturnType().getProperty('props');
  if (!props) throw new Error(`${file}: the default export takes no props`);
  const properties = {};
  for (const property of checker.getPropertiesOfType(checker.getTypeOfSymbol(props))) {
    properties[property.name] = reader.property(property);
  }
  const defaults = new DefaultReader(ts, checker);
  for (const [name, expression] of defaultExpressions(ts, sourceFile, symbol)) {
    const text = defaults.text(expression);
    if (properties[name] && text !== undefined) properties[name].defaultText = text;
  }
  return {name: componentName(file), description: reader.describe(symbol), properties};
}

/// `sources` is the folder that holds src/.
export async function readTypeScriptComponents(packages, sources, files) {
  if (!files.length) return [];
  const {default: ts} = await importPackage(packages, 'typescript');
  const program = ts.createProgram(files, compilerOptions(ts, packages, sources));
  const reader = new TypeReader(ts, program);
  return files.map((file) => readComponent(ts, reader, file));
}
