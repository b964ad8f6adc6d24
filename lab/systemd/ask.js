/**
 * Asks the console of the machine: `ask.js setup LINK`, which prints a token, or `ask.js TOKEN METHOD PATH [JSON]`, which
 * prints what was answered.
 */
const AT = 'http://127.0.0.1:5478/api/v1/';
const JSON_TYPE = { 'content-type': 'application/json' };

async function send(method, path, body, headers) {
  const said = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...headers, ...JSON_TYPE } };
  const response = await fetch(AT + path, { method, headers, ...said });
  const text = await response.text();
  return {
    status: response.status,
    cookie: response.headers.getSetCookie()[0]?.split(';')[0],
    body: text && JSON.parse(text),
  };
}

async function tokenBy(link) {
  const token = new URL(link).hash.slice(1);
  const { cookie, body } = await send('POST', 'setup', { token, name: 'ada', password: 'correct horse battery' }, {});
  const made = await send('POST', 'tokens', { name: 'lab', role: 'admin' }, { cookie, 'x-csrf-token': body.csrf });
  return made.body.secret;
}

const [first, method, path, json] = process.argv.slice(2);
if (first === 'setup') process.stdout.write(await tokenBy(method));
else {
  const { status, body } = await send(method, path, json && JSON.parse(json), { authorization: `Bearer ${first}` });
  process.stdout.write(JSON.stringify({ status, body }));
}
