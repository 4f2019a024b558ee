// Shows /openapi.json. Everything is set as text, never as markup.
'use strict';

const make = (name, text, ...children) => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
};

const nameOf = reference => reference.split('/').pop();

// A type in a few words, with links to the named ones.
const type = schema => {
  if (schema.$ref) {
    const link = make('a', nameOf(schema.$ref));
    link.href = `#${nameOf(schema.$ref)}`;
    return link;
  }
  if (schema.anyOf) return make('span', '', type(schema.anyOf[0]), ' or null');
  if (schema.type === 'array') return make('span', '', 'list of ', type(schema.items));
  return make('span', [].concat(schema.type ?? 'anything').join(' or ') + (schema.format ? ` (${schema.format})` : ''));
};

const row = (...cells) => make('tr', '', ...cells.map(cell => make('td', '', cell)));

const table = rows => make('table', '', ...rows);

const content = (what, of) => Object.entries(of ?? {}).map(([media, { schema }]) => row(what, make('code', media), type(schema)));

const operation = (path, method, o) => {
  const head = make('summary', '', make('code', method.toUpperCase()), ' ', make('code', path), ' ', make('span', o.summary));
  head.firstChild.className = 'method';
  if (o['x-needs']) {
    const role = make('span', o['x-needs']);
    role.className = 'role';
    head.append(role);
  }
  const answers = Object.entries(o.responses).filter(([status]) => status !== 'default').flatMap(([status, answer]) => content(`answers ${status}`, answer.content));
  const parameters = (o.parameters ?? []).map(p => row(make('code', p.name), p.in, p.description));
  const details = make('details', '', head, table([...parameters, ...content('takes', o.requestBody?.content), ...answers]));
  details.id = o.operationId;
  details.dataset.words = `${path} ${o.summary}`.toLowerCase();
  return details;
};

const schema = (name, s) => {
  const head = make('summary', '', make('code', name), ' ', make('span', s.description));
  const rows = Object.entries(s.properties ?? {}).map(([property, of]) =>
    row(make('code', property + (s.required?.includes(property) ? '' : '?')), type(of), of.description ?? ''));
  const details = make('details', '', head, s.enum ? make('p', s.enum.join(', ')) : table(rows));
  details.id = name;
  return details;
};

const codes = api => {
  const names = api.components.schemas.ErrorCode.enum;
  const parts = names.map(name => {
    const entry = make('dt', '', make('code', name));
    entry.id = name;
    return make('div', '', entry, make('dd', api.components.schemas.ErrorCode['x-enumDescriptions']?.[name] ?? ''));
  });
  return make('dl', '', ...parts);
};

const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.nodeName === 'DETAILS') target.open = true;
  target?.scrollIntoView();
};

const show = api => {
  document.getElementById('about').textContent = `Version ${api.info.version}. ${api.info.description}`;
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, o] of Object.entries(methods))
      groups.set(o.tags[0], [...groups.get(o.tags[0]) ?? [], operation(path, method, o)]);
  const main = document.getElementById('operations');
  for (const [name, operations] of groups) main.append(make('section', '', make('h2', name), ...operations));
  main.append(make('h2', 'Codes of problems'), codes(api));
  main.append(make('h2', 'Types'), ...Object.entries(api.components.schemas).sort().map(([name, s]) => schema(name, s)));
  document.getElementById('find').addEventListener('input', e => {
    for (const details of main.querySelectorAll('details[data-words]')) details.hidden = !details.dataset.words.includes(e.target.value.toLowerCase());
  });
  addEventListener('hashchange', open);
  open();
};

fetch('/openapi.json')
  .then(answer => answer.ok ? answer.json() : Promise.reject(new Error(`/openapi.json: ${answer.status}`)))
  .then(show)
  .catch(e => { document.getElementById('about').textContent = `The description cannot be read: ${e.message}`; });
