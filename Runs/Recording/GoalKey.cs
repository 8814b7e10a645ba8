namespace ApeTest.Runs.Recording;

/// <summary>
/// A goal or journey of one <see cref="BlockRecorder"/>, got from <see cref="BlockRecorder.Goal"/> and valid for that recorder's life.
/// <c>default</c> is <see cref="MetricsDelta.Other"/>.
/// </summary>
public readonly record struct GoalKey
{
    internal GoalKey(int index) => Index = index;

    internal int Index { get; }
}
