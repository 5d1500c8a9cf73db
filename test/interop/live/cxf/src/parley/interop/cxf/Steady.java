package parley.interop.cxf;

import java.util.ArrayList;
import java.util.List;

/** Calls of an echo by several clients, each under a context of its own and each text once, until they are told to end: a line for each. */
final class Steady {
  private volatile boolean isOver;

  /** Until the input ends. */
  void run(List<Echo> echoes) throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < echoes.size(); i++) {
      Echo echo = echoes.get(i);
      String name = "cxf-" + i + "-";
      threads.add(new Thread(() -> calls(echo, name)));
    }
    for (Thread thread : threads) thread.start();
    while (System.in.read() >= 0) { /* until whoever started this has seen enough */ }
    isOver = true;
    for (Thread thread : threads) thread.join();
  }

  private void calls(Echo echo, String name) {
    for (int call = 0; !isOver; call++) {
      String text = name + call;
      try {
        System.out.println((text.equals(echo.echo(text)) ? "ANSWERED " : "OTHERWISE ") + text);
      } catch (RuntimeException e) {
        System.out.println("FAILED " + text + " " + String.valueOf(e.getMessage()).replace('\n', ' '));
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
