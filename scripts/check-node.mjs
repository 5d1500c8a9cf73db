// Imported first by every script: says plainly what is wrong before anything newer than this Node is touched.
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Parley needs Node.js 20.19 or newer; this is ${process.version}. See https://nodejs.org/`);
  process.exit(1);
}
