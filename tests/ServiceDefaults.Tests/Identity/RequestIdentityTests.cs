using ApeTest.ServiceDefaults.Identity;

namespace ApeTest.ServiceDefaults.Tests.Identity;

public class RequestIdentityTests
{
    [Fact]
    public void Parse_OwnAndForeignMembers_TakesOwn()
    {
        var identity = RequestIdentity.Parse("other=1, ape.run = r%201 ;prop=x,ape.session=3-2,ape.agent=3,ape.action=4,broken,=x")!;
        Assert.Equal(("r 1", "3-2", "3", "4"), (identity.Run, identity.Session, identity.Agent, identity.Action));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("userId=alice,serverNode=DF28")]
    [InlineData("ape.run=")]
    [InlineData("tape.run=1")]
    public void Parse_NothingOfOurs_Null(string? baggage)
    {
        Assert.Null(RequestIdentity.Parse(baggage));
    }

    [Fact]
    public void ToBaggage_RoundTrips()
    {
        var baggage = new RequestIdentity { Run = "a,b", Session = "3-2", Action = "0" }.ToBaggage();
        Assert.Equal("ape.run=a%2Cb,ape.session=3-2,ape.action=0", baggage);
        Assert.Equal("a,b", RequestIdentity.Parse(baggage)!.Run);
    }

    [Fact]
    public async Task Use_Disposed_RestoresTheOneBefore()
    {
        using (RequestIdentity.Use(new RequestIdentity { Session = "1-0" }))
        {
            using (RequestIdentity.Use(new RequestIdentity { Session = "1-1" }))
            {
                await Task.Yield();
                Assert.Equal("1-1", RequestIdentity.Current!.Session);
            }

            Assert.Equal("1-0", RequestIdentity.Current!.Session);
        }

        Assert.Null(RequestIdentity.Current);
    }
}
