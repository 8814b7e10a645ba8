using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>The operations and errors of the live view, as many as there is room for.</summary>
internal static class LiveTables
{
    private const int FigureColumns = 32;
    private const int MostName = 60;

    /// <summary>At most <paramref name="room"/> rows: errors keep one each, operations have the rest.</summary>
    public static List<LiveLine> Of(RunProgress progress, int width, int room, bool roomy)
    {
        var rows = new List<LiveLine>();
        if (room < 2)
        {
            return rows;
        }
        var errors = progress.Errors.IsDefault ? [] : progress.Errors;
        var kept = Math.Min(errors.Length, roomy ? ErrorProgress.Most : room / 4);
        var gap = roomy && kept > 0 ? 1 : 0;
        Operations(rows, progress, width, room - kept - gap);
        if (gap > 0)
        {
            rows.Add(new LiveLine());
        }
        rows.AddRange(errors.Take(kept).Select(Error));
        return rows;
    }

    private static void Operations(List<LiveLine> rows, RunProgress progress, int width, int room)
    {
        var operations = progress.Operations.IsDefault ? [] : progress.Operations;
        if (operations.IsEmpty || room < 2)
        {
            return;
        }
        var name = Math.Clamp(width - FigureColumns, 8, MostName);
        rows.Add(new LiveLine().Add($"{"operation".PadRight(name)}{"count",10}{"errors",10}{"p95",12}", LiveTone.Dim));
        foreach (var operation in operations.Take(room - 1))
        {
            rows.Add(new LiveLine().Add(Show.Cut($"{operation.Method} {operation.Operation}", name - 1)).To(name)
                .Add($"{Show.Count(operation.Count),10}").Add($"{Show.Count(operation.Errors),10}", operation.Errors > 0 ? LiveTone.Bad : null)
                .Add($"{Show.Seconds(operation.P95S),12}"));
        }
    }

    private static LiveLine Error(ErrorProgress error)
    {
        var recent = error.Recent > 0 ? $" (+{Show.Count(error.Recent)})" : string.Empty;
        var place = error.Operation is { } operation ? $" {operation}" : string.Empty;
        var detail = error.Detail is { } text ? $": {text}" : string.Empty;
        return new LiveLine().Add($"{Show.Count(error.Count)} x {error.Type}{recent}", LiveTone.Bad).Add($" at the {error.Where}{place}{detail}");
    }
}
