namespace ApeTest.Tests.Shared;

/// <summary>How long a test waits for what must come. Only a broken test ever waits that long.</summary>
public static class TestTimeouts
{
    /// <summary>Three minutes: generous, since build machines are slow and shared.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(3);

    /// <summary>Awaits <paramref name="task"/>, at most <see cref="Default"/>.</summary>
    public static Task<T> Within<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        return task.WaitAsync(Default, cancellationToken);
    }

    /// <summary>Awaits <paramref name="task"/>, at most <see cref="Default"/>.</summary>
    public static Task Within(this Task task, CancellationToken cancellationToken)
    {
        return task.WaitAsync(Default, cancellationToken);
    }
}
