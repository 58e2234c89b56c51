#!/usr/bin/env bash
# Takes the changesets in: versions, changelogs, and what is made from a version.
set -euo pipefail
cd "$(dirname "$0")/.."

npx changeset version
version=$(npx node -p "require('./packages/core/package.json').version")
sed -i "s/VERSION = '[^']*'/VERSION = '$version'/" packages/core/src/version.ts
npm install --package-lock-only --ignore-scripts
npm run api:update
