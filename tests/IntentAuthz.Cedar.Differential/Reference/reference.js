// The reference implementation as a process: a line in, a line out.
//   in:  [["isAuthorized", "<JSON of the argument>"], ["policySetTextToParts", "<text>"], …]
//   out: ["<JSON of the answer>", …]
//
// Integers of Cedar have 64 bits, and numbers of JavaScript 53. The glue code of the package hands objects to the WebAssembly module as
// JSON text, by JSON.stringify, and takes answers by JSON.parse. Both are replaced here by functions that pass the text through as
// it is, so that no number is ever a double.
'use strict';
const readline = require('node:readline');

const { stringify, parse } = JSON;

class Text {
  constructor(json) { this.json = json; }
}

JSON.stringify = (value, ...rest) => value instanceof Text ? value.json : stringify(value, ...rest);
JSON.parse = (json) => new Text(json);
const cedar = require('@cedar-policy/cedar-wasm/nodejs');

const named = new Set(['preparsePolicySet', 'preparseSchema']);
const ofText = new Set(['policySetTextToParts']);

function call(name, argument) {
  try {
    const answer = named.has(name) ? cedar[name]('it', new Text(argument))
      : ofText.has(name) ? cedar[name](argument)
      : cedar[name](new Text(argument));
    return answer instanceof Text ? answer.json : stringify(answer);
  } catch (error) {
    // An argument that does not have the form of the interface is refused in this way.
    return stringify({ type: 'failure', errors: [{ message: String(error.message) }] });
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(stringify(parse(line).map(([name, argument]) => call(name, argument))) + '\n');
});
