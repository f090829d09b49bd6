import { Ajv, type ValidateFunction } from 'ajv';

/** For config-file.ts, which loads this file, and so ajv, on first use only. */
export function compileSchema(schema: object): ValidateFunction {
  return new Ajv({ allErrors: true, verbose: true, strict: false, validateFormats: false }).compile(schema);
}
