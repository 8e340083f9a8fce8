// A package as a component, in C without bindings, which asks the C library for all that a system would have.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

__attribute__((import_module("mistpm:abi/host@1.0.0"), import_name("log"))) void host_log(int level, const char *text,
                                                                                          size_t size);

static struct {
    uint8_t is_error;
    const char *text;
    size_t size;
} result;

__attribute__((export_name("cabi_realloc"))) void *place(void *old, size_t had, size_t align, size_t size) {
    (void)had, (void)align;
    return realloc(old, size);
}

__attribute__((export_name("render"))) void *render(const char *input, size_t size) {
    static char answer[1000];
    uint8_t random[4];
    time_t before = time(NULL);
    if (memmem(input, size, "refuse", 6)) {
        fputs("it is told to refuse\n", stderr);
        exit(7);
    }
    sleep(3600);
    getentropy(random, sizeof random);
    FILE *file = fopen("/etc/hostname", "r");
    const char *found = file ? "open" : strerror(errno);
    printf("slept for %lld s\n", (long long)(time(NULL) - before));
    fflush(stdout);
    host_log(0, input, size);
    result.text = answer;
    result.size = snprintf(answer, sizeof answer,
                           "[{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"facts\"}, \"data\": {"
                           "\"time\": \"%lld\", \"file\": \"%s\", \"home\": \"%s\", \"random\": \"%02x%02x%02x%02x\"}}]",
                           (long long)before, found, getenv("HOME") ? "known" : "unknown", random[0], random[1],
                           random[2], random[3]);
    return &result;
}
