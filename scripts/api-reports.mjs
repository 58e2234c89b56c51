// Writes or checks the API report of every entry point: `packages/<name>/api/<entry>.api.md`.
// With --update the reports are written; without it a difference is a failure that shows the remedy.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { packages, typedEntries } from './packages.mjs';

const isUpdate = process.argv.includes('--update');
let failures = 0;
for (const { folder, name, manifest } of packages) {
  for (const { entry, types } of typedEntries({ folder, manifest })) {
    const reportFolder = join(folder, 'api');
    mkdirSync(reportFolder, { recursive: true });
    const config = ExtractorConfig.prepare({
      configObject: {
        mainEntryPointFilePath: types,
        projectFolder: folder,
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2024',
              lib: ['es2024', 'esnext.disposable'],
              module: 'nodenext',
              moduleResolution: 'nodenext',
              strict: true,
              skipLibCheck: true,
              types: ['node'],
              allowImportingTsExtensions: true,
              noEmit: true,
            },
            files: [types],
          },
        },
        apiReport: {
          enabled: true,
          reportFolder,
          reportTempFolder: join(folder, 'dist/.api'),
          reportFileName: `${entry === '.' ? 'index' : entry.slice(2).replaceAll('/', '-')}.api.md`,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: 'none' } },
          extractorMessageReporting: { default: { logLevel: 'none' } },
          tsdocMessageReporting: { default: { logLevel: 'none' } },
        },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(folder, 'package.json'),
    });
    const result = Extractor.invoke(config, {
      localBuild: isUpdate,
      messageCallback: (message) => {
        message.handled = true;
      },
    });
    if (result.apiReportChanged && !isUpdate) {
      failures += 1;
      console.error(`${name} (${entry}): the public API differs from ${dirname(config.reportFilePath)}`);
    }
  }
}
if (failures > 0) console.error('Look at the difference, then run "npm run api:update" and commit the reports.');
process.exit(failures === 0 ? 0 : 1);
