using System.Text.Json;
using Segue.Evaluation;
using Segue.Factorization;
using Segue.Import;
using Segue.Interactions;

namespace Segue.Bench;

/// <summary>
/// What tags and friends do for listeners of whom little is known: a quarter of the listeners keep 1, 3, 5 or 10 artists, and only they are asked,
/// for all of the others they play. One JSON line a number of known artists.
/// </summary>
internal static class ColdListenersBench
{
    public static int Run(string[] args)
    {
        Arguments options = new(args, "plays", "artist-tags", "friends", "splits", "seed", "known", "friend-weight");
        Plays plays = Importer.ReadPlays(options.Require("plays")).Plays;
        SideInformation side = SideTables.Read(plays, options.Require("artist-tags"), options.Require("friends"));
        AlsOptions als = new();
        SideOptions weights = new() { FriendWeight = float.Parse(options.Get("friend-weight", $"{new SideOptions().FriendWeight}")) };
        int[] lengths = [.. options.Get("known", "1,3,5,10").Split(',').Select(int.Parse)];
        (string Name, Func<Split, ITasteModel> Train)[] models =
        [
            ("popularity", s => new Popularity(s.Train)),
            ("als", s => AlsTrainer.Train(s.Train, als, new AlsRun { TrackLoss = false }).Model),
            ("tags", s => SideInformed.Train(s.Train, (side with { Friends = null }).Without(s.Test), als)),
            ("friends", s => SideInformed.Train(s.Train, side with { Taggings = [] }, als, weights)),
            ("tagsAndFriends", s => SideInformed.Train(s.Train, side.Without(s.Test), als, weights)),
        ];
        foreach (int known in lengths)
        {
            Dictionary<string, double> ndcg = models.ToDictionary(m => m.Name, _ => 0.0);
            int splits = options.Int("splits", 3), listeners = 0;
            for (int n = 0; n < splits; n++)
            {
                Split split = Cold(Splits.Random(plays.Counts, 0.2, options.Int("seed", 1) + n), known);
                foreach ((string name, Func<Split, ITasteModel> train) in models)
                {
                    EvaluationReport report = Evaluator.Evaluate(train(split), split);
                    ndcg[name] += report.Mean("ndcg", 10) / splits;
                    listeners = report.Users.Count;
                }
            }

            Console.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "taste-cold",
                known,
                listeners,
                ndcg10 = ndcg.ToDictionary(x => x.Key, x => Math.Round(x.Value, 4)),
            }));
        }

        return 0;
    }

    /// <summary>Every fourth listener keeps so many artists (a fixed pick), and nobody else is asked for anything.</summary>
    private static Split Cold(Split split, int known)
    {
        List<int> users = [], artists = [], askedUsers = [], askedArtists = [];
        List<float> plays = [];
        for (int user = 0; user < split.Train.Rows; user++)
        {
            ReadOnlySpan<int> row = split.Train.RowIndices(user);
            int[] kept = [.. Enumerable.Range(0, split.Train.RowLength(user))];
            if (user % 4 == 0)
            {
                new Random(user).Shuffle(kept);
                int[] asked = [.. split.Test.RowIndices(user)];
                foreach (int k in kept.Skip(known))
                    asked = [.. asked, row[k]];
                askedUsers.AddRange(Enumerable.Repeat(user, asked.Length));
                askedArtists.AddRange(asked);
                kept = kept[..Math.Min(known, kept.Length)];
            }

            foreach (int k in kept)
            {
                users.Add(user);
                artists.Add(row[k]);
                plays.Add(split.Train.RowValues(user)[k]);
            }
        }

        CsrMatrix train = CsrMatrix.FromEntries(split.Train.Rows, split.Train.Columns, users.ToArray(), artists.ToArray(), plays.ToArray());
        float[] ones = new float[askedUsers.Count];
        Array.Fill(ones, 1);
        return new Split(train, CsrMatrix.FromEntries(split.Train.Rows, split.Train.Columns, askedUsers.ToArray(), askedArtists.ToArray(), ones), "cold");
    }
}
