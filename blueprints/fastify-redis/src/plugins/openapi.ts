import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import fp from 'fastify-plugin';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from 'fastify-type-provider-zod';
import type { z } from 'zod';
import service from '../../package.json' with { type: 'json' };

// A format says it all; zod's pattern for it would fill lines.
const zodToJsonConfig = {
  override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    if (jsonSchema.format) delete jsonSchema.pattern;
  },
};

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
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
});
