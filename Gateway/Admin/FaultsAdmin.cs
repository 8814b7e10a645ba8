using System.Text.Json.Nodes;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;
using ApeTest.Targets.Faults;

namespace ApeTest.Gateway.Admin;

/// <summary>Reads and switches the faults in force. What is put in force holds for requests that begin after the answer, until it is switched again, the file's faults change or the process ends.</summary>
internal sealed partial class FaultsAdmin(GatewayTargets targets, ILogger<FaultsAdmin> logger)
{
    /// <summary>Most bytes of a request.</summary>
    private const int MaxBytes = 256 * 1024;

    /// <summary><c>GET /admin/faults</c>: the faults in force as the gateway file has them, and what each has hit.</summary>
    public IResult Get()
    {
        var counts = targets.Current.Policy.Faults.Counts();
        return TypedResults.Json(new JsonObject
        {
            ["faults"] = new JsonArray([.. counts.Select(static count => FaultWriter.Write(count.Fault))]),
            ["counts"] = new JsonArray([.. counts.Select(static count => new JsonObject { ["name"] = count.Fault.Name, ["matching"] = count.Matching, ["hits"] = count.Hits })]),
        });
    }

    /// <summary><c>PUT /admin/faults</c>: <c>{"faults":[...]}</c> or the list alone, in place of those in force. Answers as <see cref="Get"/>, or 400 with every error.</summary>
    public async Task<IResult> PutAsync(HttpContext context)
    {
        if (await ReadAsync(context) is not { } body)
        {
            return TypedResults.Problem($"the body is over the limit of {MaxBytes} bytes", statusCode: StatusCodes.Status413PayloadTooLarge);
        }
        IReadOnlyList<FaultOptions> faults;
        try
        {
            faults = GatewayFileLoader.ParseFaults(Wrapped(body), "body", [.. targets.Current.File.Targets.Select(static target => target.Name)]);
        }
        catch (ApeTestException exception)
        {
            var errors = exception.Message.Split(Environment.NewLine);
            return TypedResults.Problem(
                $"nothing was changed: {errors.Length} {(errors.Length == 1 ? "error" : "errors")} in the faults. {exception.Hint}",
                statusCode: StatusCodes.Status400BadRequest,
                extensions: [new("errors", errors)]);
        }
        return Switch(faults);
    }

    /// <summary><c>DELETE /admin/faults</c>: no faults.</summary>
    public IResult Delete() => Switch([]);

    private IResult Switch(IReadOnlyList<FaultOptions> faults)
    {
        targets.SwitchFaults(faults.Count == 0 ? FaultPlan.None : new FaultPlan(faults));
        LogChanged(logger, faults.Count, string.Join(", ", faults.Select(static (fault, i) => fault.Name ?? $"faults[{i}]")));
        return Get();
    }

    /// <summary>The list alone becomes what the gateway file has around it, on the same line, so that errors name the lines of the caller.</summary>
    private static ReadOnlyMemory<byte> Wrapped(byte[] body) =>
        body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..] ? (byte[])[.. "{\"faults\":"u8, .. body, .. "}"u8] : body;

    private static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            return null;
        }
        var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > MaxBytes)
            {
                return null;
            }
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    [LoggerMessage(1, LogLevel.Information, "Faults in force: {Count} ({Names}).", EventName = "gateway.faults_changed")]
    private static partial void LogChanged(ILogger logger, int count, string names);
}
