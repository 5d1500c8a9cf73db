import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitepress';

const SOURCE = path.resolve(import.meta.dirname, '../../.parley/site/source');

const titleOf = (file: string): string => /^# (.+)$/m.exec(readFileSync(path.join(SOURCE, file), 'utf8'))?.[1] ?? file;
const page = (file: string) => ({ text: titleOf(file), link: `/${file.replace(/\.md$/, '')}` });
const pagesOf = (folder: string) =>
  readdirSync(path.join(SOURCE, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => page(`${folder}/${name}`));
const packages = readdirSync(path.join(SOURCE, 'api')).filter((name) =>
  existsSync(path.join(SOURCE, 'api', name, 'index.md')),
);

// biome-ignore lint/style/noDefaultExport: what VitePress reads
export default defineConfig({
  title: 'Parley',
  description: 'Secure conversations in SOAP for Node.js',
  srcDir: SOURCE,
  outDir: path.resolve(SOURCE, '../dist'),
  cacheDir: path.resolve(SOURCE, '../cache'),
  rewrites: { 'README.md': 'index.md', 'examples/README.md': 'examples/index.md' },
  // What is no page lies in the repository; everything else must be there, or the build fails.
  ignoreDeadLinks: [
    /\.(ts|mjs|cs|java|json|ya?ml|txt|tsv|xml)$/,
    /^https?:/,
    /(LICENSE|NOTICE)(\.md)?$/,
    /\/(packages|test|scripts|benchmarks|\.github)\//,
  ],
  lastUpdated: false,
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/#guides' },
      { text: 'API', link: '/api/' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
    sidebar: {
      '/api/': [{ text: 'API', items: packages.map((name) => ({ text: `@parley/${name}`, link: `/api/${name}/` })) }],
      '/': [
        {
          text: 'Parley',
          items: ['README.md', 'ARCHITECTURE.md', 'GLOSSARY.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map(
            page,
          ),
        },
        { text: 'Guides', items: pagesOf('docs') },
        { text: 'Decisions', collapsed: true, items: pagesOf('docs/decisions') },
      ],
    },
  },
});
