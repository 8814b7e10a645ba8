using System.Globalization;
using System.Text.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Execution.Turns;

/// <summary>
/// The runs of one user of this machine on one target, first come, first served. A ticket is a file that its process has locked: the system frees the lock when
/// the process ends, however it ends, so that a killed run holds nobody up. Who stands in the queue is read and changed under one more lock, that of all queues and
/// for moments only. The last one who leaves takes the folder away: a target of a free port has one of its own.
/// </summary>
/// <param name="folder">The queue's folder; the lock is beside it.</param>
/// <param name="time">Clock of the pauses between two attempts at the lock.</param>
internal sealed class TurnQueue(string folder, TimeProvider time)
{
    // A run that waits for nobody has the lowest number: all others wait for it.
    private const long WaitsForNobody = 0;
    private const string Info = ".json";
    private const string Gate = "gate";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestGate = TimeSpan.FromSeconds(10);

    /// <summary>The queue of a target; below <c>$XDG_STATE_HOME</c>, or the user's usual folder for what programs keep.</summary>
    public static TurnQueue Of(CliEnvironment environment, TurnTarget target) =>
        new(Path.Combine(Root(environment), "apetest", "queue", target.Folder), environment.Time);

    /// <summary>
    /// Takes a place: the last one, or, where it does not wait, before all who do. What cannot be written throws <see cref="ApeTestException"/> (exit 3).
    /// </summary>
    public async Task<Turn> EnterAsync(TurnTicket ticket, bool waits, CancellationToken cancellationToken)
    {
        try
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            using var gate = await EnterGateAsync(cancellationToken);
            System.IO.Directory.CreateDirectory(folder);
            var number = waits ? Names().Select(Number).DefaultIfEmpty(WaitsForNobody).Max() + 1 : WaitsForNobody;
            var name = string.Create(CultureInfo.InvariantCulture, $"{number:D12}-{ticket.Run}");
            await File.WriteAllBytesAsync(In(name) + Info, JsonSerializer.SerializeToUtf8Bytes(ticket, TurnTicketJson.Default.TurnTicket), CancellationToken.None);
            return new Turn(this, name, new FileStream(In(name), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"The queue of runs in {folder} cannot be written: {e.Message}",
                "Let it be writable, name another folder in XDG_STATE_HOME, or leave --queue out.", ExitCodes.Environment, e);
        }
    }

    internal async Task<IReadOnlyList<TurnTicket>> BeforeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using var gate = await EnterGateAsync(cancellationToken);
            return [.. Names().Where(each => string.CompareOrdinal(each, name) < 0).Order(StringComparer.Ordinal).Where(IsHeld).Select(Read)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApeTestException($"The queue of runs in {folder} cannot be read: {e.Message}", "Was it removed? Start again.", ExitCodes.Environment, e);
        }
    }

    internal void Remove(string name)
    {
        try
        {
            File.Delete(In(name) + Info);
            File.Delete(In(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one who looks finds it without a lock, and removes it.
        }
    }

    /// <summary>Takes the folder away where nobody stands in it. Not while somebody is at the lock: then it is for the next one.</summary>
    internal void Leave()
    {
        try
        {
            using var gate = OpenGate();
            // One that is not empty throws.
            System.IO.Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string Root(CliEnvironment environment) =>
        environment.Variables.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } state ? state
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : environment.Variables.GetValueOrDefault("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "state")
        : Path.Combine(Path.GetTempPath(), $"ape-{Environment.UserName}");

    private async Task<FileStream> EnterGateAsync(CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); ;)
        {
            try
            {
                return OpenGate();
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && time.GetElapsedTime(began) < LongestGate)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private FileStream OpenGate() => new(Path.Combine(Path.GetDirectoryName(folder)!, Gate), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    // Whoever opens it has it: then nobody held it. Under the gate, so that no two look at once and take each other for a holder.
    private bool IsHeld(string name)
    {
        try
        {
            using (new FileStream(In(name), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
            {
            }
            Remove(name);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private IEnumerable<string> Names() => System.IO.Directory.EnumerateFiles(folder).Select(static path => Path.GetFileName(path)!)
        .Where(static name => !name.EndsWith(Info, StringComparison.Ordinal) && name.Contains('-', StringComparison.Ordinal));

    private static long Number(string name) =>
        long.TryParse(name.AsSpan(0, name.IndexOf('-', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : WaitsForNobody;

    private TurnTicket Read(string name)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(In(name) + Info), TurnTicketJson.Default.TurnTicket)!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // It is leaving.
            return new TurnTicket(name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..], string.Empty, string.Empty, 0);
        }
    }

    private string In(string name) => Path.Combine(folder, name);
}
