namespace ApeTest.LlmProxy.Tests.Budgets;

/// <summary>A disk that a test fills and empties: while it is full, writes take half of the bytes and fail, and nothing can be created.</summary>
internal sealed class FullDisk
{
    public bool IsFull { get; set; }

    public int Refused { get; private set; }

    public Stream Create(string path) => IsFull ? throw Error() : new Disk(this, path);

    private IOException Error()
    {
        Refused++;
        return new IOException("No space left on device");
    }

    private sealed class Disk(FullDisk owner, string path) : FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    })
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (owner.IsFull)
            {
                base.Write(buffer[..(buffer.Length / 2)]);
                throw owner.Error();
            }

            base.Write(buffer);
        }
    }
}
