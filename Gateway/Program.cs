namespace ApeTest.Gateway;

internal static class Program
{
    private static int Main() => 0;
}
