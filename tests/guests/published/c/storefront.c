/* A shop's front that calls its `stock` dependency: a package in C without a
 * library. It reads JSON just far enough to find what it needs.
 *
 * Inputs: `name`, and `item`, a string that goes on to the dependency. */

typedef unsigned int size;

__attribute__((import_module("mistpm_v1"), import_name("request")))
int request(const char *address, size length);
__attribute__((import_module("mistpm_v1"), import_name("response")))
int response(char *address, size capacity);

#define EXPORT(name) __attribute__((export_name(#name)))

/* A part of a text. */
struct part { const char *start; size length; };
#define TEXT(literal) ((struct part){literal, sizeof literal - 1})

extern char __heap_base;
static char *next_free;

EXPORT(__mistletoe_alloc)
char *allocate(size length)
{
    if (!next_free)
        next_free = &__heap_base;
    char *block = next_free;
    next_free += (length + 7) & ~7u;
    size pages = ((size)next_free + 65535) / 65536, present = __builtin_wasm_memory_size(0);
    if (pages > present && __builtin_wasm_memory_grow(0, pages - present) == (size)-1)
        __builtin_trap();
    return block;
}

EXPORT(__mistletoe_dealloc)
void deallocate(char *block, size length) { (void)block; (void)length; }

static const struct part *hand_out(struct part text)
{
    struct part *pair = (struct part *)allocate(sizeof *pair);
    *pair = text;
    return pair;
}

/* Puts `count` parts together. */
static struct part join(const struct part *parts, size count)
{
    size length = 0;
    for (size i = 0; i < count; i++)
        length += parts[i].length;
    char *joined = allocate(length), *end = joined;
    for (size i = 0; i < count; i++)
        for (size j = 0; j < parts[i].length; j++)
            *end++ = parts[i].start[j];
    return (struct part){joined, length};
}
#define JOIN(...) join((struct part[]){__VA_ARGS__}, sizeof (struct part[]){__VA_ARGS__} / sizeof(struct part))

/* The end of the JSON value that starts at `at`: behind its closing mark, or
 * at the comma or bracket that follows a number or word. */
static size skip(struct part text, size at)
{
    int depth = 0, quoted = 0;
    for (; at < text.length; at++) {
        char c = text.start[at];
        if (quoted) {
            if (c == '\\')
                at++;
            else if (c == '"' && (quoted = 0, depth == 0))
                return at + 1;
        } else if (c == '"') {
            quoted = 1;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return at;
            if (--depth == 0)
                return at + 1;
        } else if (c == ',' && depth == 0) {
            return at;
        }
    }
    return at;
}

static int equal(struct part text, size at, struct part word)
{
    if (text.length - at < word.length)
        return 0;
    for (size i = 0; i < word.length; i++)
        if (text.start[at + i] != word.start[i])
            return 0;
    return 1;
}

static size skip_space(struct part text, size at)
{
    while (at < text.length && (text.start[at] == ' ' || text.start[at] == '\n'))
        at++;
    return at;
}

/* The value of `key`, quotes included, of an object; empty when it has none. */
static struct part get(struct part object, struct part key)
{
    size at = 1;
    while (at < object.length && object.start[at] != '}') {
        at = skip_space(object, at);
        int found = equal(object, at, key);
        at = skip_space(object, skip(object, at));
        at = skip_space(object, at + 1); /* the colon */
        size end = skip(object, at);
        if (found)
            return (struct part){object.start + at, end - at};
        at = skip_space(object, end) + 1; /* the comma */
    }
    return TEXT("");
}

static struct part inside(struct part value)
{
    return value.length < 2 ? TEXT("") : (struct part){value.start + 1, value.length - 2};
}

#define RESULT "{\"apiVersion\":\"mistletoe.dev/v1alpha1\",\"kind\":\"MistResult\",\"data\":{\"result\":"

static struct part failed(struct part message)
{
    return JOIN(TEXT(RESULT "\"Err\",\"message\":\"stock: "), message, TEXT("\"}}"));
}

EXPORT(__mistletoe_info)
const struct part *info(void)
{
    return hand_out(TEXT("{\"apiVersion\":\"mistletoe.dev/v1alpha1\",\"kind\":\"MistPackage\","
                         "\"metadata\":{\"name\":\"storefront\"}}"));
}

EXPORT(__mistletoe_generate)
const struct part *generate(const char *address, size length)
{
    struct part inputs = get((struct part){address, length}, TEXT("\"data\""));
    struct part name = inside(get(inputs, TEXT("\"name\"")));
    struct part item = get(inputs, TEXT("\"item\""));
    if (!item.length)
        item = TEXT("\"nothing\"");
    struct part asked = JOIN(TEXT("{\"op\":\"call\",\"alias\":\"stock\",\"inputs\":{\"item\":"), item, TEXT("}}"));
    int status = request(asked.start, asked.length);
    size size_of_answer = response(0, 0);
    struct part answer = {allocate(size_of_answer), size_of_answer};
    response((char *)answer.start, answer.length);
    if (status < 0)
        return hand_out(failed(inside(get(answer, TEXT("\"message\"")))));
    struct part files = inside(get(get(answer, TEXT("\"data\"")), TEXT("\"files\"")));
    return hand_out(JOIN(
        TEXT(RESULT "\"Ok\",\"files\":{\"front.yaml\":\"apiVersion: v1\\nkind: Service\\nmetadata:\\n  name: "), name,
        TEXT("\\nspec:\\n  ports:\\n  - port: 80\\n\""), files.length ? TEXT(",") : TEXT(""), files, TEXT("}}}")));
}
