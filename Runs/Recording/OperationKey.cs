namespace ApeTest.Runs.Recording;

/// <summary>
/// An operation of one <see cref="BlockRecorder"/>, got from <see cref="BlockRecorder.Operation"/> and valid for that recorder's life:
/// what runs a thousand times a second asks once. <c>default</c> is <see cref="MetricsDelta.Other"/>.
/// </summary>
public readonly record struct OperationKey
{
    internal OperationKey(int index) => Index = index;

    internal int Index { get; }
}
