namespace ApeTest.Runs.Recording;

/// <summary>
/// A group of steps of one <see cref="BlockRecorder"/>, got from <see cref="BlockRecorder.Group"/> and valid for that recorder's life.
/// <c>default</c> is <see cref="MetricsDelta.Other"/>.
/// </summary>
public readonly record struct GroupKey
{
    internal GroupKey(int index) => Index = index;

    internal int Index { get; }
}
