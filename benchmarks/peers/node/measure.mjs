// Measures peers in Node.js on a world written by the .NET program; one line of JSON for each figure.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { createMongoAbility, subject } from "@casl/ability";
import * as casbin from "casbin";
import { Engine } from "json-rules-engine";

// Its default entry point does not load in Node.js.
const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");

const world = JSON.parse(readFileSync(process.argv[2], "utf8"));

async function measure(name, remark, decide, isAsync = false) {
  for (const request of world.requests) {
    if ((await decide(request)) !== request.Expected) {
      throw new Error(`${name} decides otherwise: ${JSON.stringify(request)}`);
    }
  }

  const pass = async (milliseconds) => {
    const start = performance.now();
    let count = 0;
    let elapsed;
    do {
      for (const request of world.requests) {
        const decision = decide(request);
        if (isAsync) await decision;
      }
      count += world.requests.length;
      elapsed = performance.now() - start;
    } while (elapsed < milliseconds);
    return (elapsed * 1e6) / count;
  };
  await pass(600);
  const times = [];
  for (let i = 0; i < 9; i++) times.push(await pass(150));
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ name, remark, nanoseconds: times[4] }));
}

// Cedar itself, by its own WebAssembly build: policies are parsed once, but entities can only be given as JSON with each call.
{
  const answer = cedar.preparsePolicySet("tools", { staticPolicies: world.policies });
  if (answer.type !== "success") throw new Error(JSON.stringify(answer));
  const calls = new Map(world.requests.map((r) => [r, {
    preparsedPolicySetId: "tools",
    principal: { type: "Agent", id: r.Agent },
    action: { type: "Action", id: r.Action },
    resource: { type: "Resource", id: r.Resource },
    context: {
      input: { region: r.Region, category: r.Category },
      risk: { score: r.Score },
      task: { remaining: { __extn: { fn: "decimal", arg: r.Decimal } } },
    },
    entities: [
      { uid: { type: "Agent", id: r.Agent }, attrs: {}, parents: [{ type: "Group", id: r.Group }] },
      { uid: { type: "Action", id: r.Action }, attrs: {}, parents: [{ type: "Action", id: `${r.Action}-group` }] },
      { uid: { type: "Resource", id: r.Resource }, attrs: {}, parents: [{ type: "Folder", id: r.Folder }] },
    ],
  }]));
  await measure(
    "@cedar-policy/cedar-wasm 4.13.0, preparsed policies (Node.js)", "context and the request's three entities as JSON in each call; determining policies and errors",
    (r) => cedar.statefulIsAuthorized(calls.get(r)).response.decision === "allow");
}

// CASL: rules by action and subject type, conditions as queries.
{
  const operators = { "<": "$lt", ">": "$gt", "==": "$eq" };
  const rule = ({ effect, conditions }) => {
    const query = {};
    for (const [property, operator, value] of conditions.slice(1)) {
      query[property] = { ...query[property], [operators[operator]]: value };
    }
    return { inverted: effect === "forbid", action: conditions[0][2], subject: "Resource", conditions: query };
  };
  // The last rule that matches decides, so that forbids come last.
  const rules = [...world.rules].sort((a, b) => (a.effect === "forbid") - (b.effect === "forbid"));
  const ability = createMongoAbility(rules.map(rule));
  const subjects = new Map(world.requests.map((r) => [r, subject("Resource", { ...r })]));
  await measure(
    "@casl/ability 7.0.1 (Node.js)", "conditions are on one object that was built before; group and folder looked up before",
    (r) => ability.can(r.Action, subjects.get(r)));
}

// Casbin for Node.js: a policy is a line with an expression of its own.
{
  const model = casbin.newModelFromString(`
[request_definition]
r = sub, act
[policy_definition]
p = act, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act == p.act && eval(p.rule)`);
  const enforcer = await casbin.newEnforcer(model);
  await enforcer.addPolicies(world.rules.map(({ effect, conditions }, i) => [
    conditions[0][2],
    conditions.slice(1).map(([p, o, v]) => `r.sub.${p} ${o} ${JSON.stringify(v)}`).join(" && ") + ` && ${i} >= 0`,
    effect === "forbid" ? "deny" : "allow",
  ]));
  await measure(
    "casbin 5.51.1 (Node.js)", "matches every policy; group and folder looked up before",
    (r) => enforcer.enforceSync(r, r.Action));
}

// json-rules-engine: facts and rules, each run a promise.
{
  const operators = { "<": "lessThan", ">": "greaterThan", "==": "equal" };
  const engine = new Engine();
  for (const { effect, conditions } of world.rules) {
    engine.addRule({
      conditions: { all: conditions.map(([fact, operator, value]) => ({ fact, operator: operators[operator], value })) },
      event: { type: effect },
    });
  }
  await measure(
    "json-rules-engine 7.3.1 (Node.js)", "evaluates every rule; group and folder looked up before",
    async (r) => {
      const { events } = await engine.run(r);
      return events.some((e) => e.type === "permit") && !events.some((e) => e.type === "forbid");
    }, true);
}
