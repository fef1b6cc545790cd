#!/bin/sh
# Measures IntentAuthz and its peers on the agent scenario, in one run, and writes a markdown table. Needs .NET 10 and Node.js 20,
# and both package registries; no part of the tests.
set -eu
cd "$(dirname "$0")"
npm ci --prefix node --no-audit --no-fund --silent
dotnet run -c Release --project dotnet -- "$PWD/node/measure.mjs"
