// An app with dependency injection that answers while another process trains: dotnet run --project samples/HostedSample HOME [SECONDS]
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Segue.Asking;
using Segue.Hosting;

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services.AddSegue(args[0]);
using IHost host = builder.Build();
await host.StartAsync();

Recommender segue = host.Services.GetRequiredService<Recommender>();
SongRequest request = new() { For = Listener.User("7"), Mood = "calm and dark", Count = 3 };
for (int second = 0; second < (args.Length > 1 ? int.Parse(args[1]) : 3); second++)
{
    SongAnswer answer = segue.RecommendSongs(request);
    Console.WriteLine($"{answer.Model.Als}: {string.Join("; ", answer.Rows.Select(r => r.Title))}");
    await Task.Delay(TimeSpan.FromSeconds(1));
}

await host.StopAsync();
