#!/usr/bin/env node
import { main } from '../dist/main.js';

// Pipes that nobody closes must not keep the process alive; what was written is out when `main` resolves.
process.exit(await main(process.argv.slice(2)));
