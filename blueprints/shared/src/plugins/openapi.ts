import { STATUS_CODES } from 'node:http';
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import fp from 'fastify-plugin';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import service from '../../package.json' with { type: 'json' };
import { type Answers, problem, refusals } from '../http/answers.ts';
import { mediaType } from '../http/problem.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** What the document says of the answers, and the refusals that only this route knows. */
    answers?: Answers;
  }
}

export const withKey = [{ key: [] }];

/** To another operation, of what an answer holds there: its JSON pointer. */
export const link = (operationId: string, id: string) => ({
  [operationId]: { operationId, parameters: { id: `$response.body#${id}` } },
});

interface Overridden {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}

const zodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }: Overridden) => {
    // A format says it all; zod's pattern for it would fill lines.
    if (jsonSchema.format) delete jsonSchema.pattern;
    // To @fastify/swagger this is an answer without a body.
    if (zodSchema instanceof z.ZodUndefined) jsonSchema.type = 'null';
  },
};

const toJsonSchema = createJsonSchemaTransform({ zodToJsonConfig });

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>;

/** Puts every answer of a route into the document, with its description and headers: the good ones,
 *  the refusals that follow from what it reads, and those that only it knows. */
const transform: Transform = (route) => {
  const { response, answers, ...schema } = route.schema;
  if (schema.hide) return toJsonSchema(route);
  const good = (response ?? {}) as Record<string, Body>;
  const all = Object.entries({ ...named(good), ...refusals(schema), ...answers });
  const bodies = all.map(([status]) => [status, bodyOf(good[status])]);
  const json = toJsonSchema({
    ...route,
    schema: { ...schema, response: Object.fromEntries(bodies) },
  }).schema;
  const typed = json.response as Record<string, object>;
  const described = all.map(([status, answer]) => [status, { ...typed[status], ...answer }]);
  return { schema: { ...json, response: Object.fromEntries(described) }, url: route.url };
};

const named = (good: object): Answers =>
  Object.fromEntries(
    Object.keys(good).map((status) => [status, { description: STATUS_CODES[status] ?? status }]),
  );

/** JSON of a schema, or what is said of other content. */
type Body = z.ZodType | { content: object };

function bodyOf(body: Body | undefined) {
  if (!body) return { content: { [mediaType]: { schema: problem } } };
  if (body instanceof z.ZodUndefined || 'content' in body) return body;
  return { content: { 'application/json': { schema: body } } };
}

const addComponents = createJsonSchemaTransformObject({ zodToJsonConfig });

/** Every named schema comes twice, as it is read and as it is written: only what is used stays. */
const transformObject: FastifyDynamicSwaggerOptions['transformObject'] = (document) => {
  const api = addComponents(document) as { components?: { schemas?: object } };
  const text = JSON.stringify(api);
  const used = Object.entries(api.components?.schemas ?? {}).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  );
  return { ...api, components: { ...api.components, schemas: Object.fromEntries(used) } };
};

/** GET /openapi.json, made of the routes' own schemas. */
export const openapi = fp(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: service.name, version: '1' },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
    transform,
    transformObject,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
});
