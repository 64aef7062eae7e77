// Data, models and answers from C#, on the invented sample: dotnet run --project samples/ConsoleSample [HOME]
using Segue.Asking;
using Segue.Making;

string home = args.Length > 0 ? args[0] : "./sample-home";
ModelMaker maker = new(home);
maker.MakeSample();
maker.Train(new TrainRequest());
await maker.BuildDatabaseAsync(new BuildRequest());

using Recommender segue = Recommender.Open(home);
ArtistAnswer artists = segue.RecommendArtists(new ArtistRequest { For = Listener.User("7"), Count = 3 });
foreach (ArtistRow row in artists.Rows)
    Console.WriteLine($"{row.Rank} {row.Artist} {row.Score:0.00} {string.Join(", ", row.Reasons)}");

SongAnswer songs = segue.RecommendSongs(new SongRequest
{
    For = Listener.Likes(artists.Rows.Select(r => r.Artist)),
    Mood = "calm and dark",
    Count = 5,
    Taste = 0.6,
});
Console.WriteLine(songs.Reading?.Summary);
foreach (SongRow row in songs.Rows)
    Console.WriteLine($"{row.Rank} {row.Title} {row.Score:0.00} {string.Join(", ", row.Reasons)}");
