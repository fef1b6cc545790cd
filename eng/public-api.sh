#!/usr/bin/env bash
# Rewrites PublicAPI.Unshipped.txt of the named packages (all of src/ without arguments) from the code,
# so that a change of the public surface shows as a diff to review.
set -euo pipefail
cd "$(dirname "$0")/.."
projects=("$@")
[ ${#projects[@]} -gt 0 ] || projects=(src/*/)
for project in "${projects[@]}"; do
  project=${project%/}
  printf '#nullable enable\n' > "$project/PublicAPI.Unshipped.txt"
  dotnet format analyzers "$project/$(basename "$project").csproj" --diagnostics RS0016 --severity error
done
