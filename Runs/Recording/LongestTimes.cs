namespace ApeTest.Runs.Recording;

/// <summary>
/// Tells of each of many times whether it is one of the longest so far. Of n times in any order about <paramref name="most"/> x (1 + ln(n / <paramref name="most"/>)) are: few, and
/// the longest of all among them. Thread-safe; to ask of one that is not costs one read.
/// </summary>
/// <param name="most">How many of the longest there are.</param>
internal sealed class LongestTimes(int most)
{
    private readonly Lock _gate = new();
    // Ascending; the first used one is what a time must exceed.
    private readonly long[] _ticks = new long[most];
    private int _count;
    private long _floor = -1;

    /// <summary>Whether <paramref name="time"/> is one of the longest so far; it is from now on.</summary>
    public bool Takes(TimeSpan time)
    {
        if (time.Ticks <= Volatile.Read(ref _floor))
        {
            return false;
        }
        lock (_gate)
        {
            if (time.Ticks <= _floor)
            {
                return false;
            }
            if (_count < most)
            {
                _ticks[_count++] = time.Ticks;
            }
            else
            {
                _ticks[0] = time.Ticks;
            }
            Array.Sort(_ticks, 0, _count);
            if (_count == most)
            {
                Volatile.Write(ref _floor, _ticks[0]);
            }
            return true;
        }
    }
}
