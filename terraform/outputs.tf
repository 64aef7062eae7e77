output "instance_id" {
  description = "The host."
  value       = aws_instance.host.id
}

output "image" {
  description = "The image it was made from."
  value       = "${aws_instance.host.ami} (newest now: ${data.aws_ami.al2023.id}, ${data.aws_ami.al2023.name})"
}

output "tunnel_command" {
  description = "Brings Ollama to http://127.0.0.1:11434 of this machine; leave it running. Needs AWS CLI 2 with the Session Manager plugin."
  value = join(" ", [
    "aws ssm start-session --region ${var.region} --target ${aws_instance.host.id} --document-name AWS-StartPortForwardingSession",
    "--parameters '{\"portNumber\":[\"${local.ollama_port}\"],\"localPortNumber\":[\"11434\"]}'",
  ])
}

output "check_command" {
  description = "Through the tunnel: is the model there? The first start takes some minutes."
  value       = "curl -fsS http://127.0.0.1:11434/api/embed -d '{\"model\":\"${var.model}\",\"input\":\"ready?\"}' | head -c 200"
}

output "segue_command" {
  description = "Through the tunnel: embeds the imported tracks."
  value       = "./segue build-vdb --embedder ollama:${var.model}"
}

output "stop_command" {
  description = "Stops paying for the instance (the disk stays); start-instances brings it back."
  value       = "aws ec2 stop-instances --region ${var.region} --instance-ids ${aws_instance.host.id}"
}
