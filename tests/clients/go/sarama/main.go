// Sarama against a bootstrap address: each assertion is what Apache Kafka does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

const (
	topic = "parcels"
	count = 500
	wait  = 60 * time.Second
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

func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.V4_0_0_0
	c.Producer.Return.Successes = true
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Producer.Idempotent = true
	c.Net.MaxOpenRequests = 1
	c.Producer.Compression = sarama.CompressionZSTD
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	return c
}

func topics(admin sarama.ClusterAdmin) {
	detail := &sarama.TopicDetail{NumPartitions: 3, ReplicationFactor: 3}
	must(admin.CreateTopic(topic, detail, false))
	again := admin.CreateTopic(topic, detail, false)
	held(errors.Is(again, sarama.ErrTopicAlreadyExists), "a second topic of the same name: %v", again)
	described, err := admin.DescribeTopics([]string{topic})
	must(err)
	held(len(described[0].Partitions) == 3, "%d partitions", len(described[0].Partitions))
}

func produce(client sarama.Client) {
	producer, err := sarama.NewSyncProducerFromClient(client)
	must(err)
	next := map[int32]int64{}
	for i := range count {
		message := &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(fmt.Sprint(i % 7)), Value: sarama.StringEncoder(fmt.Sprint(i))}
		partition, offset, err := producer.SendMessage(message)
		must(err)
		held(offset == next[partition], "offset %d after %d", offset, next[partition])
		next[partition]++
	}
}

// reader counts what a group reads, and ends the session with the last message.
type reader struct {
	seen map[string]bool
	end  context.CancelFunc
}

func (*reader) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*reader) Cleanup(sarama.ConsumerGroupSession) error { return nil }

var values = make(chan string)

func (r *reader) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		session.MarkMessage(message, "")
		select {
		case values <- string(message.Value):
		case <-session.Context().Done():
			return nil
		}
	}
	return nil
}

func consume(client sarama.Client, admin sarama.ClusterAdmin) {
	group, err := sarama.NewConsumerGroupFromClient("counters", client)
	must(err)
	ctx, end := context.WithTimeout(context.Background(), wait)
	r := &reader{seen: map[string]bool{}, end: end}
	go func() {
		for value := range values {
			if r.seen[value] = true; len(r.seen) == count {
				end()
			}
		}
	}()
	for ctx.Err() == nil {
		must(group.Consume(ctx, []string{topic}, r))
	}
	held(errors.Is(ctx.Err(), context.Canceled), "read %d of %d within %s", len(r.seen), count, wait)
	must(group.Close())
	offsets, err := admin.ListConsumerGroupOffsets("counters", map[string][]int32{topic: {0, 1, 2}})
	must(err)
	var sum int64
	for _, block := range offsets.Blocks[topic] {
		sum += block.Offset
	}
	held(sum == count, "%d committed", sum)
}

// transactions writes one that is kept, one that is aborted, one that ends the reading.
func transactions(addresses []string, admin sarama.ClusterAdmin) {
	const tills = "tills"
	must(admin.CreateTopic(tills, &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 3}, false))
	c := config()
	c.Producer.Transaction.ID = "till"
	c.Consumer.IsolationLevel = sarama.ReadCommitted
	producer, err := sarama.NewSyncProducer(addresses, c)
	must(err)
	for _, value := range []string{"kept", "dropped", "last"} {
		must(producer.BeginTxn())
		_, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: tills, Value: sarama.StringEncoder(value)})
		must(err)
		if value == "dropped" {
			must(producer.AbortTxn())
		} else {
			must(producer.CommitTxn())
		}
	}
	must(producer.Close())
	consumer, err := sarama.NewConsumer(addresses, c)
	must(err)
	partition, err := consumer.ConsumePartition(tills, 0, sarama.OffsetOldest)
	must(err)
	for _, wanted := range []string{"kept", "last"} {
		select {
		case message := <-partition.Messages():
			held(string(message.Value) == wanted, "read %q, not %q", message.Value, wanted)
		case <-time.After(wait):
			held(false, "%q does not come", wanted)
		}
	}
	must(consumer.Close())
}

func configs(admin sarama.ClusterAdmin) {
	ten := "600000"
	entries := map[string]sarama.IncrementalAlterConfigsEntry{"retention.ms": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &ten}}
	must(admin.IncrementalAlterConfig(sarama.TopicResource, topic, entries, false))
	described, err := admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}})
	must(err)
	held(len(described) == 1 && described[0].Value == ten, "%v", described)
	must(admin.DeleteTopic(topic))
}

func main() {
	addresses := strings.Split(os.Args[1], ",")
	client, err := sarama.NewClient(addresses, config())
	must(err)
	admin, err := sarama.NewClusterAdmin(addresses, config())
	must(err)
	topics(admin)
	produce(client)
	consume(client, admin)
	transactions(addresses, admin)
	configs(admin)
	must(admin.Close())
	fmt.Println("all held")
}
