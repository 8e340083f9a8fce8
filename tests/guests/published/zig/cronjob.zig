//! A CronJob, as an object instead of a file, with an output: a package in Zig
//! with the JSON reader and writer of its standard library.

const std = @import("std");

const memory = std.heap.wasm_allocator;

const Envelope = struct { data: Inputs };
const Inputs = struct {
    name: []const u8,
    schedule: []const u8 = "@daily",
    command: []const []const u8 = &.{"true"},
};

const Result = struct {
    apiVersion: []const u8 = "mistletoe.dev/v1alpha1",
    kind: []const u8 = "MistResult",
    data: struct { result: []const u8, message: ?[]const u8 = null },
    mistpm: ?struct {
        objects: []const CronJob,
        outputs: struct { schedule: []const u8 },
    } = null,
};

const Container = struct {
    name: []const u8 = "job",
    image: []const u8 = "busybox:1.37",
    command: []const []const u8,
};
const Pod = struct { restartPolicy: []const u8 = "Never", containers: []const Container };
const CronJob = struct {
    apiVersion: []const u8 = "batch/v1",
    kind: []const u8 = "CronJob",
    metadata: struct { name: []const u8 },
    spec: struct {
        schedule: []const u8,
        jobTemplate: struct { spec: struct { template: struct { spec: Pod } } },
    },
};

const Pair = extern struct { address: [*]const u8, length: usize };

fn handOut(text: []const u8) *const Pair {
    const pair = memory.create(Pair) catch @trap();
    pair.* = .{ .address = text.ptr, .length = text.len };
    return pair;
}

fn answer(result: Result) *const Pair {
    const options: std.json.Stringify.Options = .{ .emit_null_optional_fields = false };
    return handOut(std.json.Stringify.valueAlloc(memory, result, options) catch @trap());
}

export fn __mistletoe_info() *const Pair {
    return handOut(
        \\apiVersion: mistletoe.dev/v1alpha1
        \\kind: MistPackage
        \\metadata:
        \\  name: cronjob
        \\
    );
}

export fn __mistletoe_alloc(length: usize) [*]u8 {
    return (memory.alloc(u8, length) catch @trap()).ptr;
}

export fn __mistletoe_dealloc(address: [*]u8, length: usize) void {
    memory.free(address[0..length]);
}

export fn __mistletoe_generate(address: [*]const u8, length: usize) *const Pair {
    const options: std.json.ParseOptions = .{ .ignore_unknown_fields = true };
    const parsed = std.json.parseFromSliceLeaky(Envelope, memory, address[0..length], options) catch |mistake|
        return answer(.{ .data = .{ .result = "Err", .message = @errorName(mistake) } });
    const inputs = parsed.data;
    return answer(.{
        .data = .{ .result = "Ok" },
        .mistpm = .{
            .objects = &.{.{
                .metadata = .{ .name = inputs.name },
                .spec = .{
                    .schedule = inputs.schedule,
                    .jobTemplate = .{ .spec = .{ .template = .{ .spec = .{
                        .containers = &.{.{ .command = inputs.command }},
                    } } } },
                },
            }},
            .outputs = .{ .schedule = inputs.schedule },
        },
    });
}
