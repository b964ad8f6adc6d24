type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** What of JSON Schema (2020-12) the report's contract uses; a test sees that it uses nothing else. */
export interface JsonSchema {
  readonly type?: TypeName | readonly TypeName[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where a value first is not what the schema says, such as `ports[3].result`; null: nowhere. */
export function faultIn(value: unknown, schema: JsonSchema, at = ''): string | null {
  if (schema.anyOf) return faultInAll(value, schema.anyOf, at);
  if (!isAllowed(value, schema) || !isInBounds(value, schema)) return at;
  if (Array.isArray(value)) return faultInItems(value, schema, at);
  return typeof value === 'object' && value !== null ? faultInFields(value as Fields, schema, at) : null;
}

/** Of several ways to be right, the fault that lies deepest is told: that way was meant. */
function faultInAll(value: unknown, ways: readonly JsonSchema[], at: string): string | null {
  let deepest = at;
  for (const way of ways) {
    const fault = faultIn(value, way, at);
    if (fault === null) return null;
    if (fault.length > deepest.length) deepest = fault;
  }
  return deepest;
}

function isAllowed(value: unknown, { type, ...schema }: JsonSchema): boolean {
  if ('const' in schema && value !== schema.const) return false;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (type === undefined) return true;
  return typeof type === 'string' ? isOfType(value, type) : type.some((one) => isOfType(value, one));
}

function isOfType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isInBounds(value: unknown, { pattern, minimum, maximum }: JsonSchema): boolean {
  if (typeof value === 'string') return pattern === undefined || expressionOf(pattern).test(value);
  if (typeof value !== 'number') return true;
  return value >= (minimum ?? Number.NEGATIVE_INFINITY) && value <= (maximum ?? Number.POSITIVE_INFINITY);
}

function faultInItems(values: readonly unknown[], { items }: JsonSchema, at: string): string | null {
  if (!items) return null;
  for (const [index, value] of values.entries()) {
    const fault = faultIn(value, items, `${at}[${index}]`);
    if (fault !== null) return fault;
  }
  return null;
}

function faultInFields(fields: Fields, schema: JsonSchema, at: string): string | null {
  const missing = schema.required?.find((name) => !Object.hasOwn(fields, name));
  if (missing !== undefined) return inside(at, missing);
  for (const [name, value] of Object.entries(fields)) {
    if (schema.propertyNames && faultIn(name, schema.propertyNames) !== null) return inside(at, name);
    const known = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const rule = known ?? schema.additionalProperties;
    const fault = rule ? faultIn(value, rule, inside(at, name)) : null;
    if (fault !== null) return fault;
  }
  return null;
}

const inside = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

const expressions = new Map<string, RegExp>();

/** There are a handful, and each is applied to thousands of texts. */
function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, 'u');
  expressions.set(pattern, known);
  return known;
}
