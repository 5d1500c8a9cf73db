import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { progressBar } from '../../../packages/cli/src/report/progress-bar.ts';

/** A terminal that keeps what is drawn. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 200;
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('progressBar', () => {
  test('shows how far it is, and what was found so far', () => {
    const screen = new Screen();
    const bar = progressBar(screen, 1000);
    bar.read(1000);
    for (let index = 0; index < 1500; index++) bar.answered(index % 100 === 0 ? 0 : 1, index % 100 === 0 ? 1 : 0);
    bar.stop();
    expect(screen.text).toMatch(/100 % │ 1,500 messages │ 15 refused │ [\d,]+\/s/);
  });

  test('a pipe has no end to measure by: counts alone', () => {
    const screen = new Screen();
    const bar = progressBar(screen, undefined);
    bar.read(1000);
    bar.answered(1, 0);
    bar.stop();
    expect(screen.text).toContain('1 messages │ 0 refused');
    expect(screen.text).not.toContain('%');
  });
});
