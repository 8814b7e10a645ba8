using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ApeTest.Targets.Tools;
using OpenAI.Chat;

namespace ApeTest.Agent.Brains;

/// <summary>The SDK's form of a catalog, made once: a run has one catalog, and its schemas are the largest part of every request.</summary>
internal sealed class ToolDefinitions
{
    private volatile Entry? _entry;

    public ChatTool[] Of(ImmutableArray<ToolSpec> tools)
    {
        var key = ImmutableCollectionsMarshal.AsArray(tools)!;
        var entry = _entry;
        if (entry is null || !ReferenceEquals(entry.Key, key))
        {
            // Two sessions may both build it the first time; either result serves.
            _entry = entry = new Entry(key, [.. key.Select(Definition)]);
        }
        return entry.Tools;
    }

    private static ChatTool Definition(ToolSpec tool)
        => ChatTool.CreateFunctionTool(tool.Name, tool.Description, BinaryData.FromString(tool.InputSchema.GetRawText()));

    private sealed record Entry(ToolSpec[] Key, ChatTool[] Tools);
}
