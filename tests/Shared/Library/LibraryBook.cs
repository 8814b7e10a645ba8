namespace ApeTest.Tests.Shared.Library;

internal sealed class LibraryBook(string id, string title, string author, int year, int copies)
{
    private int _copies = copies;

    public string Id { get; } = id;

    public string Title { get; } = title;

    public string Author { get; } = author;

    public int Year { get; } = year;

    public int Copies => Volatile.Read(ref _copies);

    public bool TryLend()
    {
        var seen = Volatile.Read(ref _copies);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _copies, seen - 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void TakeBack()
    {
        Interlocked.Increment(ref _copies);
    }

    /// <summary>bk-0001 and so on; bk-0007 is lent out. No two titles share a word by which a goal would name them.</summary>
    public static LibraryBook[] Seed(int copies)
    {
        (string Title, string Author, int Year)[] books =
        [
            ("Pride and Prejudice", "Jane Austen", 1813),
            ("Moby-Dick", "Herman Melville", 1851),
            ("Frankenstein", "Mary Shelley", 1818),
            ("The Time Machine", "H. G. Wells", 1895),
            ("Dracula", "Bram Stoker", 1897),
            ("Middlemarch", "George Eliot", 1871),
            ("Walden", "Henry David Thoreau", 1854),
            ("Jane Eyre", "Charlotte Bronte", 1847),
            ("Emma", "Jane Austen", 1815),
            ("Kidnapped", "Robert Louis Stevenson", 1886),
            ("Great Expectations", "Charles Dickens", 1861),
            ("The War of the Worlds", "H. G. Wells", 1898),
        ];
        return [.. books.Select((book, index) =>
            new LibraryBook(FormattableString.Invariant($"bk-{index + 1:D4}"), book.Title, book.Author, book.Year, index + 1 == 7 ? 0 : copies))];
    }
}
