namespace ApeTest.LlmProxy;

internal static class Program
{
    private static int Main() => 0;
}
