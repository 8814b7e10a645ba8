namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Why an exchange is not recorded.</summary>
internal static class SkipReasons
{
    public const string CutOff = "the client or the provider broke it off";
    public const string NoEnd = "the answer has no end: a finish_reason is missing, or it ends in an error";
    public const string NoJson = "the answer is no JSON";
    public const string TooLarge = "the answer is too large, or too many are being recorded at a time";
    public const string Busy = "the disk is slower than the answers come";
    public const string Full = "the cassette has reached its largest size";
    public const string Secret = "a key stands in it where it cannot be masked";
    public const string Failed = "it could not be written";
}
