// segmentio/kafka-go against a bootstrap address: each assertion is what Apache Kafka does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	topic = "letters"
	count = 500
	wait  = 100 * time.Second
)

func must(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func held(is bool, what string, args ...any) {
	if !is {
		must(fmt.Errorf(what, args...))
	}
}

func topics(ctx context.Context, client *kafka.Client) {
	wanted := &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: 3, ReplicationFactor: 3}}}
	answer, err := client.CreateTopics(ctx, wanted)
	must(err)
	must(answer.Errors[topic])
	answer, err = client.CreateTopics(ctx, wanted)
	must(err)
	held(errors.Is(answer.Errors[topic], kafka.TopicAlreadyExists), "a second topic of the same name: %v", answer.Errors[topic])
}

func produce(ctx context.Context, address []string) {
	writer := &kafka.Writer{Addr: kafka.TCP(address...), Topic: topic, Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll, Compression: kafka.Snappy, BatchTimeout: 10 * time.Millisecond}
	messages := make([]kafka.Message, count)
	for i := range messages {
		messages[i] = kafka.Message{Key: []byte(fmt.Sprint(i % 7)), Value: []byte(fmt.Sprint(i)), Headers: []kafka.Header{{Key: "n", Value: []byte(fmt.Sprint(i))}}}
	}
	must(writer.WriteMessages(ctx, messages...))
	must(writer.Close())
}

func consume(ctx context.Context, addresses []string, client *kafka.Client) {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: addresses, GroupID: "counters", Topic: topic, StartOffset: kafka.FirstOffset, MaxWait: 100 * time.Millisecond})
	seen := map[string]bool{}
	for len(seen) < count {
		message, err := reader.FetchMessage(ctx)
		must(err)
		held(string(message.Headers[0].Value) == string(message.Value), "a header of another message")
		seen[string(message.Value)] = true
		must(reader.CommitMessages(ctx, message))
	}
	must(reader.Close())
	committed, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: "counters", Topics: map[string][]int{topic: {0, 1, 2}}})
	must(err)
	var sum int64
	for _, partition := range committed.Topics[topic] {
		must(partition.Error)
		sum += partition.CommittedOffset
	}
	held(sum == count, "%d committed", sum)
}

func main() {
	addresses := strings.Split(os.Args[1], ",")
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	client := &kafka.Client{Addr: kafka.TCP(addresses...)}
	topics(ctx, client)
	produce(ctx, addresses)
	consume(ctx, addresses, client)
	transactions(ctx, addresses, client)
	answer, err := client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	must(err)
	must(answer.Errors[topic])
	fmt.Println("all held")
}
