using System.Collections.Immutable;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools;

namespace ApeTest.Gateway.Mcp.Catalog;

/// <summary>The one owner of the tools that MCP clients see: those of the present targets. Thread-safe.</summary>
internal sealed class McpTools : IDisposable
{
    private readonly GatewayTargets _targets;
    private readonly ITargetTransport _transport;
    private readonly TimeProvider _time;
    private readonly ILogger<McpTools> _logger;
    private readonly string _baseDirectory;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private ImmutableArray<TargetDocument> _documents;
    private ImmutableArray<object?> _built = [];
    private volatile ToolTable _table;
    private volatile bool _told;

    /// <param name="targets">Whose tools.</param>
    /// <param name="transport">How their requests travel.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <param name="baseDirectory">Directory that a document's file is relative to.</param>
    public McpTools(GatewayTargets targets, ITargetTransport transport, TimeProvider time, ILogger<McpTools> logger, string baseDirectory)
    {
        (_targets, _transport, _time, _logger, _baseDirectory) = (targets, transport, time, logger, baseDirectory);
        _documents = Documents(targets.Current, []);
        _table = Build();
        targets.Replaced += OnReplaced;
    }

    /// <summary>Raised when a client that has asked for the tools would see others now.</summary>
    public event Action? Changed;

    /// <summary>The tools known so far; nothing is read for it.</summary>
    public ToolTable Current => _table;

    /// <summary>The tools with every target's document read, or found to be unreadable.</summary>
    public async ValueTask<ToolTable> ReadAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<TargetDocument> documents;
        do
        {
            documents = _documents;
            await Task.WhenAll(documents.Select(document => document.ReadAsync(cancellationToken)));
            Rebuild();
            _told = true;
        }
        while (documents != _documents);
        return _table;
    }

    public void Dispose()
    {
        _targets.Replaced -= OnReplaced;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void OnReplaced(GatewayState state)
    {
        lock (_lock)
        {
            _documents = Documents(state, _documents);
        }
        Rebuild();
    }

    /// <summary>A target whose options did not change keeps its document: the policy keeps its entry.</summary>
    private ImmutableArray<TargetDocument> Documents(GatewayState state, ImmutableArray<TargetDocument> before) =>
        [.. state.File.Targets.Select(options =>
        {
            var entry = state.Policy.Find(options.Name)!;
            return before.FirstOrDefault(document => ReferenceEquals(document.Target, entry))
                ?? new TargetDocument(entry, options.OpenApi, options.GraphQl, _baseDirectory, _transport, _time, _logger, _stopping.Token);
        })];

    private void Rebuild()
    {
        bool changed;
        lock (_lock)
        {
            // Built anew only where a document is another one or says something else than before.
            ImmutableArray<object?> now = [.. _documents.SelectMany(static document => new object?[] { document, document.Catalog, document.Failure })];
            if (now.SequenceEqual(_built))
            {
                return;
            }
            var table = Build();
            changed = _told && !table.ListsAs(_table);
            (_table, _built) = (table, now);
        }
        if (changed)
        {
            Changed?.Invoke();
        }
    }

    private ToolTable Build()
    {
        var listed = new ListedTools(prefixed: _documents.Length > 1);
        var tools = ImmutableArray.CreateBuilder<McpTool>();
        foreach (var document in _documents)
        {
            var target = document.Target;
            var catalog = document.Catalog ?? ToolCatalog.Generic(target.Url);
            var set = catalog.CreateTools(_transport, target, _time);
            tools.AddRange(set.Specs.Select(spec => listed.List(target, set, spec, catalog.Find(spec.Name))));
        }
        return new ToolTable(
            tools.ToImmutable(),
            [.. _documents.Where(static document => document.Failure is not null).Select(static document => $"target '{document.Target.Name}': {document.Failure}")]);
    }
}
