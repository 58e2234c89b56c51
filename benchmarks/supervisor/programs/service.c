/*
 * A service that says when: one line "S <index> <pid> <CLOCK_MONOTONIC ns>" in the marks file as its first deed, one that
 * begins with "E" when SIGTERM or SIGINT ends it.
 *
 *   service MARKS INDEX quiet          waits for a signal
 *   service MARKS INDEX chatty         20 lines of 100 bytes first
 *   service MARKS INDEX flood BYTES    that many bytes of numbered 100-byte lines first, then "F" in the marks
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE 100
#define LINES 655

static int marks;
static const char *name;
static char chunk[LINE * LINES];

static void mark(char kind, const struct timespec *at) {
  char text[80];
  int length = snprintf(text, sizeof text, "%c %s %d %lld%09ld\n", kind, name, (int)getpid(), (long long)at->tv_sec, at->tv_nsec);
  if (write(marks, text, length) != length) _exit(3);
}

static void mark_now(char kind) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  mark(kind, &now);
}

static void on_end(int signal) {
  (void)signal;
  mark_now('E');
  _exit(0);
}

static void number_lines(long long first) {
  for (int line = 0; line < LINES; line++) {
    long long value = first + line;
    for (int place = 11; place >= 0; place--, value /= 10) chunk[line * LINE + place] = '0' + value % 10;
  }
}

static void write_lines(long long bytes) {
  memset(chunk, 'x', sizeof chunk);
  for (int line = 1; line <= LINES; line++) chunk[line * LINE - 1] = '\n';
  for (long long done = 0; done < bytes;) {
    number_lines(done / LINE);
    long long left = bytes - done;
    long long part = left < (long long)sizeof chunk ? left : (long long)sizeof chunk;
    for (long long sent = 0; sent < part;) {
      ssize_t written = write(1, chunk + sent, part - sent);
      if (written < 0) _exit(4);
      sent += written;
    }
    done += part;
  }
}

int main(int count, char **arguments) {
  struct timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  if (count < 4) return 2;
  name = arguments[2];
  marks = open(arguments[1], O_WRONLY | O_APPEND | O_CLOEXEC);
  if (marks < 0) return 2;
  signal(SIGTERM, on_end);
  signal(SIGINT, on_end);
  mark('S', &begin);
  if (strcmp(arguments[3], "chatty") == 0) write_lines(20 * LINE);
  if (strcmp(arguments[3], "flood") == 0) {
    write_lines(atoll(arguments[4]));
    mark_now('F');
  }
  for (;;) pause();
}
