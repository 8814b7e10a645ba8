// JSON Schemas out of the TypeScript types that Grafana Labs publishes (@grafana/grafana-foundation-sdk): one for a dashboard, a panel, a
// variable, a query of each data source, and the options of each panel type.
import fs from 'node:fs';
import path from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';

const dist = path.join(path.dirname(new URL(import.meta.url).pathname), 'node_modules/@grafana/grafana-foundation-sdk/dist');

/** Makes the schemas of the given panel types; keeps them in the file, which is read the next time. */
export function schemas(panelTypes, file) {
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'));
  const tsconfig = file + '.tsconfig.json';
  fs.writeFileSync(tsconfig, JSON.stringify({
    compilerOptions: { moduleResolution: 'bundler', module: 'esnext', target: 'es2020', lib: ['es2020'], skipLibCheck: true },
    include: [path.join(dist, '**/types.gen.d.ts')],
  }));
  const make = (folder, type) => loosen(createGenerator({
    path: path.join(dist, folder, 'types.gen.d.ts'), tsconfig, type,
    expose: 'export', skipTypeCheck: true, functions: 'hide', additionalProperties: false,
  }).createSchema(type));
  const made = { core: {}, options: {}, query: {} };
  for (const type of ['Dashboard', 'Panel', 'RowPanel', 'VariableModel', 'DataLink', 'AnnotationQuery'])
    if (types('dashboard').includes(`export interface ${type} `)) made.core[type] = make('dashboard', type);
  for (const type of panelTypes)
    if (types(type).includes('export interface Options ')) made.options[type] = make(type, 'Options');
  for (const source of ['prometheus', 'loki'])
    made.query[source] = make(source, types(source).includes('export interface Dataquery ') ? 'Dataquery' : 'dataquery');
  fs.writeFileSync(file, JSON.stringify(made));
  return made;
}

const types = (folder) => {
  const file = path.join(dist, folder, 'types.gen.d.ts');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
};

// Grafana fills in nearly everything that its types call required, and what a plug-in defines is checked by the plug-in's own type.
function loosen(schema) {
  const walk = (node) => {
    if (!node || typeof node !== 'object') return;
    delete node.required;
    if (node.properties) {
      delete node.properties._implementsDataqueryVariant;
      // A panel's links are data links; the type says dashboard links.
      for (const name of ['links', 'panels', 'templating', 'targets', 'custom', 'options', 'query']) if (name in node.properties) node.properties[name] = {};
    }
    Object.values(node).forEach(walk);
  };
  walk(schema);
  return schema;
}
