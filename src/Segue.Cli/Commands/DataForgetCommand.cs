using System.CommandLine;
using System.Text.Json.Nodes;
using Segue.Import;

namespace Segue.Cli.Commands;

/// <summary>Deletes a listener's history.</summary>
internal static class DataForgetCommand
{
    private static readonly Argument<string> s_name = new("NAME") { Description = "The profile" };

    public static Command Create() => new Command("forget", "Deletes all that is kept of a listener's history")
        .With(s_name)
        .WithExamples("segue data forget me")
        .Runs(Run);

    private static void Run(Session session)
    {
        ListenerProfiles profiles = new(session.Home.Folder);
        string name = session.Get(s_name);
        if (!profiles.Forget(name))
            throw new UnknownNameException("profile", name, profiles.List());
        session.Say($"'{name}' is forgotten");
        if (session.Json)
            session.WriteJson(new JsonObject { ["forgotten"] = name });
    }
}
