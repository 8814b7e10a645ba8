#!/usr/bin/env node
// Checks Grafana dashboards without a Grafana:
//   node dashcheck.mjs [--prom URL] [--loki URL] [--range SECONDS] [--without METRIC-PREFIX]... FILE|FOLDER...
// 1. structure: every member by the types that Grafana Labs publishes (schemas.mjs), ids, places, variables, titles, descriptions, units;
// 2. grammar: every PromQL and LogQL expression, by the grammars that Grafana's own editors use;
// 3. with --prom or --loki: every query is run, and one that returns no number is an error.
// What cannot be checked, since no server of its kind is given or --without says that its metrics are not there, is reported as skipped and
// never as passed. Prints a line for each fault and skip, then "N passed, N failed, N skipped"; exit 1 when one failed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { parser as logql } from '@grafana/lezer-logql';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { schemas } from './schemas.mjs';

const options = { files: [], without: [], range: 900 };
for (let i = 2; i < process.argv.length; i++) {
  const word = process.argv[i];
  if (word === '--prom') options.prom = process.argv[++i].replace(/\/$/, '');
  else if (word === '--loki') options.loki = process.argv[++i].replace(/\/$/, '');
  else if (word === '--range') options.range = Number(process.argv[++i]);
  else if (word === '--without') options.without.push(process.argv[++i]);
  else options.files.push(word);
}
const files = options.files.flatMap((file) => fs.statSync(file).isDirectory()
  ? fs.readdirSync(file).filter((name) => name.endsWith('.json')).sort().map((name) => path.join(file, name)) : [file]);

const counts = { passed: 0, failed: 0, skipped: 0 };
const failed = (where, what) => { counts.failed++; console.log(`FAILED ${where}: ${what}`); };
const skipped = (where, what) => { counts.skipped++; console.log(`SKIPPED ${where}: ${what}`); };

const panelTypes = [...new Set(files.flatMap((file) => JSON.parse(fs.readFileSync(file, 'utf8')).panels ?? []).map((panel) => panel.type))];
const made = schemas(panelTypes.filter((type) => type !== 'row'), path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'dashcheck-')), 'schemas.json'));
const ajv = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true, validateFormats: false });
const validators = new Map();

function matches(where, schema, value) {
  if (!schema) return;
  if (!validators.has(schema)) validators.set(schema, ajv.compile(schema));
  const validate = validators.get(schema);
  if (validate(value)) return;
  for (const error of validate.errors.filter((each) => each.keyword !== 'anyOf' && each.keyword !== 'oneOf'))
    failed(where + error.instancePath, `${error.message} ${JSON.stringify(error.params)}`);
}

const BUILT_IN = {
  __interval: '5s', __rate_interval: '30s', __range: `${options.range}s`, __range_s: `${options.range}`, __from: '0', __to: '0', __value: 'x', __all: '.*',
};
const VARIABLE = /\$\{([A-Za-z_]\w*)(?:[.:][\w.]+)?\}|\$([A-Za-z_]\w*)/g;
const names = (text) => [...text.matchAll(VARIABLE)].map((match) => match[1] ?? match[2]);
const fill = (text, values) => text.replace(VARIABLE, (all, long, short) => values[long ?? short] ?? BUILT_IN[long ?? short] ?? all);

function syntaxError(kind, query) {
  let at = null;
  (kind === 'loki' ? logql : promql).parse(query).iterate({ enter: (node) => { if (node.type.isError && at === null) at = node.from; } });
  return at;
}

async function get(url, parameters) {
  const response = await fetch(`${url}?${new URLSearchParams(parameters)}`, { signal: AbortSignal.timeout(30_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 300)}`);
  return JSON.parse(body).data;
}

/** How many series have a number; of a log query how many streams have a line. */
async function results(kind, query, instant, step) {
  const end = Math.floor(Date.now() / 1000), start = end - options.range;
  if (kind === 'loki') {
    const data = await get(`${options.loki}/loki/api/v1/query_range`, { query, start: `${start}000000000`, end: `${end}000000000`, limit: 50 });
    return data.result.length;
  }
  const data = instant ? await get(`${options.prom}/api/v1/query`, { query, time: end }) : await get(`${options.prom}/api/v1/query_range`, { query, start, end, step });
  return data.result.filter((series) => (series.values ?? [series.value]).some((value) => value[1] !== 'NaN')).length;
}

async function check(file) {
  const name = path.basename(file);
  const dashboard = JSON.parse(fs.readFileSync(file, 'utf8'));
  const variables = dashboard.templating?.list ?? [];
  const defined = new Set(variables.map((variable) => variable.name));
  const values = Object.fromEntries(variables.map((variable) => [variable.name, variable.type === 'textbox' ? variable.query : variable.allValue ?? '.*']));
  const queries = [];

  // 1. Structure.
  const { panels, ...rest } = dashboard;
  matches(name, made.core.Dashboard, rest);
  for (const member of ['title', 'uid', 'description', 'schemaVersion']) if (!dashboard[member]) failed(name, `has no ${member}`);
  for (const variable of variables) {
    matches(`${name} variable ${variable.name}`, made.core.VariableModel, variable);
    if (variable.type === 'query') queries.push({ where: `${name} variable ${variable.name}`, kind: 'prometheus', variable: variable.query.query });
  }
  for (const annotation of dashboard.annotations?.list ?? [])
    queries.push({ where: `${name} annotation '${annotation.name}'`, kind: 'prometheus', query: annotation.expr, step: parseInt(annotation.step ?? '15', 10) });
  const seen = new Map();
  for (const panel of panels) {
    const where = `${name} '${panel.title}'`;
    const place = panel.gridPos;
    if (seen.has(panel.id)) failed(where, `has the id of '${seen.get(panel.id)}'`);
    seen.set(panel.id, panel.title);
    matches(where, panel.type === 'row' ? made.core.RowPanel : made.core.Panel, panel);
    if (!place || place.x + place.w > 24) failed(where, 'lies outside the 24 columns');
    for (const other of panels) {
      const theirs = other.gridPos;
      if (other.id < panel.id && place.x < theirs.x + theirs.w && theirs.x < place.x + place.w && place.y < theirs.y + theirs.h && theirs.y < place.y + place.h)
        failed(where, `lies over '${other.title}'`);
    }
    if (panel.type === 'row') continue;
    if (!(panel.type in made.options)) failed(where, `is of the type '${panel.type}', which is none of Grafana's own`);
    matches(`${where} options`, made.options[panel.type], panel.options);
    if (!panel.title || !panel.description) failed(where, 'has no title or no description');
    if (['timeseries', 'stat', 'bargauge', 'table'].includes(panel.type) && !panel.fieldConfig?.defaults?.unit) failed(where, 'has no unit');
    if (!panel.targets?.length) failed(where, 'has no query');
    for (const target of panel.targets ?? []) {
      const kind = (target.datasource ?? panel.datasource)?.type;
      matches(`${where} ${target.refId}`, made.query[kind], target);
      for (const used of names((target.datasource ?? panel.datasource)?.uid ?? '')) if (!defined.has(used)) failed(where, `its data source is $${used}, which is not defined`);
      queries.push({ where: `${where} ${target.refId}`, kind, query: target.expr, instant: target.instant, step: 5 });
    }
  }

  // 2. Grammar. 3. Data.
  for (const query of queries) {
    const before = counts.failed;
    const source = query.variable ?? query.query;
    for (const used of names(source)) if (!defined.has(used) && !(used in BUILT_IN)) failed(query.where, `uses $${used}, which is not defined`);
    const label = query.variable && /^label_values\((.*), *(\w+)\)$/.exec(query.variable);
    const text = fill(label ? label[1] : source, query.step ? { ...values, __interval: `${query.step}s` } : values);
    const at = syntaxError(query.kind, text);
    if (at !== null) failed(query.where, `syntax error at ${at}: ${text}`);
    if (counts.failed > before) continue;
    const missing = options.without.find((prefix) => new RegExp(`\\b${prefix}`).test(text));
    if (!(query.kind === 'loki' ? options.loki : options.prom)) skipped(query.where, `the grammar is right; no ${query.kind} is given to run it`);
    else if (missing) skipped(query.where, `no metrics ${missing}* here`);
    else {
      try {
        const found = label ? (await get(`${options.prom}/api/v1/label/${label[2]}/values`, { 'match[]': text })).length : await results(query.kind, text, query.instant, query.step);
        if (found > 0) counts.passed++;
        else failed(query.where, `returns nothing: ${text}`);
      } catch (error) {
        failed(query.where, `${error.message}: ${text}`);
      }
    }
  }
}

for (const file of files) await check(file);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);
