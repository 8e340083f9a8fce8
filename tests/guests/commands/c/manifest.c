/* A package in C: reads its inputs as they come, prints one manifest, and calls its dependency. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__attribute__((import_module("mistpm_v1"), import_name("request")))
int32_t request(const char *text, uint32_t size);

__attribute__((import_module("mistpm_v1"), import_name("response")))
int32_t response(char *text, uint32_t room);

int main(int count, char **arguments) {
    char inputs[4096];
    size_t size = fread(inputs, 1, sizeof inputs, stdin);
    static const char call[] = "{\"op\": \"call\", \"alias\": \"cache\"}";
    int32_t status = request(call, sizeof call - 1);

    if (memmem(inputs, size, "\"fail\":true", 11)) {
        fprintf(stderr, "told to fail\n");
        return 3;
    }
    printf("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\ndata:\n", arguments[0]);
    printf("  inputs: '%.*s'\n  arguments: '%d'\n", (int)size, inputs, count);
    printf("  namespace: %s\n  time: '%lld'\n", getenv("YOKE_NAMESPACE"), (long long)time(NULL));
    printf("  status: '%d'\n", status < 0 ? status : 0);
    return 0;
}
