namespace ApeTest.Targets.Lean;

/// <summary>The loops of a process's load: an agent lives on one of them. Linux only. Disposing it ends their threads.</summary>
public sealed class LoopGroup : IDisposable
{
    private readonly TargetLoop[] _loops;

    /// <summary>Starts the loops.</summary>
    /// <param name="count">Number of loops; 0 or less: one a processor.</param>
    /// <param name="time">Clock.</param>
    public LoopGroup(int count, TimeProvider time)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Loops need Linux (epoll).");
        }
        _loops = new TargetLoop[count > 0 ? count : Environment.ProcessorCount];
        for (var i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new TargetLoop(i, time);
        }
    }

    /// <summary>All loops.</summary>
    public IReadOnlyList<TargetLoop> Loops => _loops;

    /// <summary>The loop of a slot, always the same.</summary>
    public TargetLoop Of(int slot) => _loops[(int)((uint)slot % _loops.Length)];

    /// <summary>Ends the threads. Not from a loop's own thread.</summary>
    public void Dispose()
    {
        foreach (var loop in _loops)
        {
            loop.Stop();
        }
    }
}
