import { existsSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputField,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schemaText } from '../../../src/sandbox/startgg/schema.ts';

const contract = new URL('../../../../shared/contracts/startgg/schema.graphql', import.meta.url);

describe.skipIf(!existsSync(contract))('the schema', () => {
  it('has nothing that the real one does not have, and has it with the same types', () => {
    const real = buildSchema(readFileSync(contract, 'utf8'));
    const differences: string[] = [];
    const same = (path: string, own: unknown, other: unknown) => {
      if (String(own) !== String(other)) differences.push(`${path}: ${own}, really ${other}`);
    };
    const value = (
      path: string,
      own: GraphQLArgument | GraphQLInputField,
      other?: GraphQLArgument | GraphQLInputField,
    ) => {
      same(path, own.type, other?.type);
      same(`${path} default`, own.defaultValue, other?.defaultValue);
    };
    for (const type of Object.values(buildSchema(schemaText).getTypeMap())) {
      if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
      const other = real.getType(type.name);
      same(type.name, type.constructor.name, other?.constructor.name);
      if (isEnumType(type) && isEnumType(other)) {
        for (const { name } of type.getValues())
          same(`${type.name}.${name}`, name, other.getValue(name)?.name);
      }
      if (isInputObjectType(type) && isInputObjectType(other)) {
        for (const field of Object.values(type.getFields())) {
          value(`${type.name}.${field.name}`, field, other.getFields()[field.name]);
        }
      }
      if (isObjectType(type) && isObjectType(other)) {
        for (const field of Object.values(type.getFields())) {
          const theirs = other.getFields()[field.name];
          same(`${type.name}.${field.name}`, field.type, theirs?.type);
          for (const argument of field.args) {
            const found = theirs?.args.find((one) => one.name === argument.name);
            value(`${type.name}.${field.name}(${argument.name})`, argument, found);
          }
        }
      }
    }
    expect(differences).toEqual([]);
  });
});
