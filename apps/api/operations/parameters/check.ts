/**
 * Checks the parameters of an operation, strictly. An unknown parameter is refused by name, every value is checked, and
 * the message says what is allowed. The schemas come from the table of operations; valibot checks them.
 */
import * as v from 'valibot';
import { ChatError } from '../../../../shared/protocol/errors.js';
import {
  LISTEN,
  OPERATIONS,
  type Parameter,
  type ParameterKind,
  type RequestName,
  STREAM,
} from '../../../../shared/protocol/operations.js';
import { flagSchema, type ParameterValues, SCHEMAS } from './schemas.js';

const REQUESTS = { ...OPERATIONS, stream: STREAM, listen: LISTEN };

type ParameterOf<Name extends RequestName> = (typeof REQUESTS)[Name]['parameters'][number];
type ValueOf<P> = P extends { kind: infer Kind extends ParameterKind; required: infer Required }
  ? Required extends true
    ? ParameterValues[Kind]
    : ParameterValues[Kind] | undefined
  : never;
/** The checked parameters of an operation, or of a stream. */
export type Parameters<Name extends RequestName> = {
  [P in ParameterOf<Name> as P extends { name: infer Field extends string } ? Field : never]: ValueOf<P>;
};

const PARSERS = new Map(
  Object.entries(REQUESTS).map(([request, { parameters }]) => [request, schemaOf(request, parameters)]),
);

function schemaOf(operation: string, parameters: readonly Parameter[]) {
  const entries = parameters.map(({ name, kind, required }) => {
    const schema: v.GenericSchema<unknown, unknown> = kind === 'flag' ? flagSchema(name) : SCHEMAS[kind];
    return [name, required ? schema : v.optional(schema)];
  });
  const names = parameters.map(({ name }) => name).join(', ') || 'none';
  return v.strictObject(Object.fromEntries(entries), (issue) =>
    issue.expected === 'never'
      ? `${operation} takes no ${keyOf(issue)}. It takes: ${names}.`
      : `${keyOf(issue)} is missing. ${operation} takes: ${names}.`,
  );
}

function keyOf(issue: v.BaseIssue<unknown>): string {
  return String(issue.path?.[0]?.key ?? 'parameters').slice(0, 64);
}

/** Returns the checked parameters of a request. Throws `bad_request` for the first one that is not allowed. */
export function checkParameters<Name extends RequestName>(name: Name, raw: Record<string, unknown>): Parameters<Name> {
  const parser = PARSERS.get(name);
  if (!parser) throw new Error(`no parameters for ${name}`);
  const result = v.safeParse(parser, raw, { abortEarly: true });
  if (result.success) return result.output as Parameters<Name>;
  const [issue] = result.issues;
  const isDeep = (issue.path?.length ?? 0) > 2; // in the messages of an import
  const message = isDeep ? `${v.getDotPath(issue)}: ${issue.message}` : issue.message;
  throw new ChatError('bad_request', message, { field: keyOf(issue) });
}
