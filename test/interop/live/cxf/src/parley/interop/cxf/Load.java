package parley.interop.cxf;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls of an echo from many threads at once, each as soon as its last one is answered. */
final class Load {
  private final Echo echo;
  private final String text;
  private final int threads;

  Load(Echo echo, int octets, int threads) {
    this.echo = echo;
    this.text = "parley ".repeat(octets / 7);
    this.threads = threads;
    // Establishes the context, so that all threads find one.
    echo.echo(text);
  }

  /** Calls per second, and microseconds of the median and of the slowest but one in a hundred; how many failed. */
  String round(int calls) throws InterruptedException {
    long[] nanos = new long[calls];
    AtomicInteger next = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(threads);
    long began = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      new Thread(() -> {
        for (int call = next.getAndIncrement(); call < calls; call = next.getAndIncrement()) {
          long start = System.nanoTime();
          try {
            if (!text.equals(echo.echo(text))) failed.incrementAndGet();
          } catch (RuntimeException e) {
            failed.incrementAndGet();
          }
          nanos[call] = System.nanoTime() - start;
        }
        done.countDown();
      }).start();
    }
    done.await();
    double seconds = (System.nanoTime() - began) / 1e9;
    Arrays.sort(nanos);
    return Math.round(calls / seconds) + " " + nanos[calls / 2] / 1000 + " " + nanos[calls * 99 / 100] / 1000 + " " + failed.get();
  }
}
