using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ApeTest.Targets.Tools;
using Microsoft.SemanticKernel;

namespace ApeTest.Agent.SemanticKernel;

/// <summary>
/// The tools of a run as one plugin. Unlike the plugins of <see cref="KernelPluginFactory"/> it leaves its functions without the plugin's
/// name: a model sees <c>{plugin}-{function}</c>, while prompts and the other chat brain say the tool's own name, which alone may
/// have the 64 characters that providers allow.
/// </summary>
internal sealed class ToolPlugin : KernelPlugin
{
    /// <summary>The plugin's name, by which kernels find it.</summary>
    public const string PluginName = "target";

    private readonly ImmutableArray<KernelFunction> _functions;
    private readonly FrozenDictionary<string, KernelFunction> _byName;

    public ToolPlugin(ImmutableArray<ToolSpec> tools)
        : base(PluginName, "What an agent can do to the target, and what it can keep.")
    {
        _functions = [.. tools.Select(ToolFunction.Of)];
        _byName = _functions.ToFrozenDictionary(static function => function.Name, StringComparer.Ordinal);
    }

    public override int FunctionCount => _functions.Length;

    public override bool TryGetFunction(string name, [NotNullWhen(true)] out KernelFunction? function) => _byName.TryGetValue(name, out function);

    public override IEnumerator<KernelFunction> GetEnumerator() => ((IEnumerable<KernelFunction>)_functions).GetEnumerator();
}
